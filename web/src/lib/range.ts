/** Time ranges in the URL: `range=6h`, or half-open `from` and `to`. The default of 24 h is left out. */

export const RANGES = ['1h', '6h', '24h', '7d', '30d'] as const;
export type RangeName = (typeof RANGES)[number];
export const DEFAULT_RANGE: RangeName = '24h';

const MILLIS: Record<RangeName, number> = {
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
};

export interface RangeSearch {
  range?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
export interface Range {
  from: string;
  to: string;
}

export function isRangeName(text: string | undefined): text is RangeName {
  return RANGES.includes(text as RangeName);
}

/**
 * The range as the API takes it. A relative one starts at a whole minute, so that a key is stable while a minute
 * lasts, and ends a minute ahead, so that what arrives now is inside.
 */
export function resolveRange(search: RangeSearch, now: number): Range {
  const from = Date.parse(search.from ?? '');
  const to = Date.parse(search.to ?? '');
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) {
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }
  const name = isRangeName(search.range) ? search.range : DEFAULT_RANGE;
  const end = Math.floor(now / 60_000) * 60_000 + 120_000;
  return { from: new Date(end - 120_000 - MILLIS[name]).toISOString(), to: new Date(end).toISOString() };
}

/** Query keys hold the relative name, never the moving moment, so a tick of the clock refetches nothing. */
export function rangeKey(search: RangeSearch): Record<string, string> {
  if (search.from && search.to) return { from: search.from, to: search.to };
  return { range: isRangeName(search.range) ? search.range : DEFAULT_RANGE };
}
