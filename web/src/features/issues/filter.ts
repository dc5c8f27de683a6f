/** The list's filter as the address keeps it, as the search box shows it, as the API takes it. */
import type { IssueStatus } from '../../api/types';
import { type RangeSearch, rangeKey, resolveRange } from '../../lib/range';

export const TABS = ['unresolved', 'regressed', 'held', 'resolved', 'all'] as const;
export type Tab = (typeof TABS)[number];

export interface IssueSearch extends RangeSearch {
  tab?: string | undefined;
  q?: string | undefined;
  sort?: string | undefined;
  as?: string | undefined;
}

export const SORTS = ['last_seen', 'first_seen', 'count'] as const;

export function tabOf(search: IssueSearch): Tab {
  return TABS.find((tab) => tab === search.tab) ?? 'unresolved';
}

/** Fields of the search box that are parameters of the list; the rest stays in `q` for the server's grammar. */
const PARAMETERS = ['service', 'environment', 'release', 'type', 'status'] as const;
const FIELDS = new Set<string>([...PARAMETERS, 'trace', 'tag', 'note', 'since', 'message', 'culprit']);

export interface ParsedQuery {
  parameters: Partial<Record<(typeof PARAMETERS)[number], string>>;
  rest: string;
  /** `field:value` whose field nobody knows. */
  unknown: string[];
  /** `field:` without a value. */
  empty: string[];
}

const TOKEN = /(?:([\w.]+):)?("(?:[^"\\]|\\.)*"?|\S+)|([\w.]+):(?=\s|$)/g;

export function parseQuery(text: string): ParsedQuery {
  const parsed: ParsedQuery = { parameters: {}, rest: '', unknown: [], empty: [] };
  const rest: string[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [whole, field, value = '', bare] = match;
    const hollow =
      bare ?? (/^[\w.]+:$/.test(whole) && FIELDS.has(whole.slice(0, -1)) ? whole.slice(0, -1) : undefined);
    if (hollow) parsed.empty.push(`${hollow}:`);
    else if (field === undefined || /^\/\//.test(value) || /^[A-Z]/.test(field)) rest.push(whole);
    else if (isParameter(field)) parsed.parameters[field] = unquote(value);
    else if (FIELDS.has(field) || field.startsWith('attr.')) rest.push(whole);
    else parsed.unknown.push(`${field}:`);
  }
  parsed.rest = rest.join(' ');
  return parsed;
}

function isParameter(field: string): field is (typeof PARAMETERS)[number] {
  return (PARAMETERS as readonly string[]).includes(field);
}

export function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1).replace(/"$/, '').replace(/\\(.)/g, '$1') : value;
}

export function quote(value: string): string {
  return /[\s":]/.test(value) || value === '' ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
}

/** Sets or, where it holds already, takes away `field:value`. */
export function toggleToken(text: string, field: string, value: string): string {
  const token = `${field}:${quote(value)}`;
  const parts = [...text.matchAll(TOKEN)].map((match) => match[0]);
  if (parts.includes(token)) return parts.filter((part) => part !== token).join(' ');
  return [...parts.filter((part) => !part.startsWith(`${field}:`)), token].join(' ');
}

export function hasToken(text: string, field: string, value: string): boolean {
  return [...text.matchAll(TOKEN)].some((match) => match[0] === `${field}:${quote(value)}`);
}

export type ApiFilter = Record<string, string | undefined>;

const STATUS_OF_TAB: Record<Tab, IssueStatus | undefined> = {
  unresolved: 'unresolved',
  regressed: 'unresolved',
  held: undefined,
  resolved: 'resolved',
  all: undefined,
};

/** What the API is asked; `substatus` and on-hold are narrowed by `keeps`, since the list takes one status. */
export function apiFilter(search: IssueSearch, now: number): ApiFilter {
  const { parameters, rest } = parseQuery(search.q ?? '');
  const tab = tabOf(search);
  return {
    ...parameters,
    status: parameters.status ?? STATUS_OF_TAB[tab],
    q: rest || undefined,
    sort: search.sort,
    ...resolveRange(search, now),
  };
}

/** The part of the filter that names the list, without the moving moment. */
export function filterKey(search: IssueSearch): Record<string, string> {
  return { tab: tabOf(search), q: search.q ?? '', sort: search.sort ?? '', ...rangeKey(search) };
}

export function keeps(tab: Tab, issue: { status: IssueStatus; substatus: string | null }): boolean {
  if (tab === 'unresolved') return issue.status === 'unresolved';
  if (tab === 'regressed') return issue.status === 'unresolved' && issue.substatus === 'regressed';
  if (tab === 'held') return issue.status === 'ignored' || issue.status === 'snoozed';
  if (tab === 'resolved') return issue.status === 'resolved';
  return true;
}
