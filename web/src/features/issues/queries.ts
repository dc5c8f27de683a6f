/** Server data of issues and error events. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, path } from '../../api/http';
import { keys } from '../../api/keys';
import { page, record } from '../../api/shape';
import type { ErrorDetail, ErrorItem, Issue, IssueDetail } from '../../api/types';
import { apiFilter, filterKey, type IssueSearch, keeps, tabOf } from './filter';

const PAGE_SIZE = 100;

export function useIssues(project: string, search: IssueSearch, limit = PAGE_SIZE, enabled = true) {
  return useInfiniteQuery({
    queryKey: keys.issues(project, { ...filterKey(search), limit }),
    queryFn: async ({ signal, pageParam }) => {
      const query = { ...apiFilter(search, Date.now()), limit, cursor: pageParam };
      const answer = page<Issue>(
        await api.get(path('/projects/{p}/issues', { p: project }), { query, signal }),
      );
      const tab = search.q?.includes('status:') ? 'all' : tabOf(search);
      return { ...answer, items: answer.items.filter((issue) => keeps(tab, issue)) };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useErrors(project: string, search: IssueSearch, enabled = true) {
  return useInfiniteQuery({
    queryKey: keys.errors(project, filterKey(search)),
    queryFn: async ({ signal, pageParam }) => {
      const { service, type, q, from, to } = apiFilter(search, Date.now());
      const query = { service, type, q, from, to, limit: PAGE_SIZE, cursor: pageParam };
      return page<ErrorItem>(await api.get(path('/projects/{p}/errors', { p: project }), { query, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useIssue(id: string) {
  return useQuery({
    queryKey: keys.issue(id),
    queryFn: async ({ signal }) =>
      record<IssueDetail>(await api.get(path('/issues/{id}', { id }), { signal }), {
        id: 'string',
        status: 'string',
      }),
  });
}

/** Newest first; the pager walks them. */
export function useIssueEvents(id: string, enabled = true) {
  return useInfiniteQuery({
    queryKey: keys.issueEvents(id),
    queryFn: async ({ signal, pageParam }) =>
      page<ErrorItem>(
        await api.get(path('/issues/{id}/events', { id }), {
          query: { limit: PAGE_SIZE, cursor: pageParam, from: EVER },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled,
  });
}

/** An issue's occurrences are wanted whenever they were, not of the last day alone. */
const EVER = '2000-01-01T00:00:00Z';

export function useErrorEvent(id: string | undefined) {
  return useQuery({
    queryKey: keys.error(id ?? ''),
    queryFn: async ({ signal }) => {
      const answer = await api.get(path('/errors/{id}', { id: id ?? '' }), { signal });
      const error = record<ErrorDetail>(answer, { id: 'string', issue_id: 'string' });
      return {
        ...error,
        exceptions: error.exceptions ?? [],
        path: error.path ?? [],
        services: error.services ?? [],
        siblings: error.siblings ?? [],
        attributes: error.attributes ?? {},
        verdict: error.verdict ?? { state: 'waiting', reason: null },
      };
    },
    enabled: id !== undefined,
    placeholderData: keepPreviousData,
  });
}
