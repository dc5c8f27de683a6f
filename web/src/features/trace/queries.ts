/** Server data of a trace: all spans in the light form, page by page; the whole of one span when it is looked at. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api, path } from '../../api/http';
import { keys } from '../../api/keys';
import { record } from '../../api/shape';
import type { Span, Trace } from '../../api/types';

const PAGE_SPANS = 10_000;
/** More than this is not loaded; the view says so. */
export const SPANS_MAX = 100_000;
const DETAIL_PAGE_SPANS = 2_000;
const DETAIL_PAGES_MAX = 12;

async function fetchTrace(
  project: string,
  id: string,
  query: Record<string, string | number | null>,
  signal?: AbortSignal,
) {
  const answer = await api.get(path('/projects/{p}/traces/{t}', { p: project, t: id }), {
    query,
    ...(signal ? { signal } : {}),
  });
  return record<Trace>(answer, { spans: 'array' });
}

export function useTrace(project: string, id: string | null | undefined) {
  const query = useInfiniteQuery({
    queryKey: keys.trace(project, id ?? ''),
    queryFn: ({ signal, pageParam }) =>
      fetchTrace(project, id ?? '', { limit: PAGE_SPANS, fields: 'light', cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last, pages) => (pages.length * PAGE_SPANS >= SPANS_MAX ? null : last.next_cursor),
    enabled: Boolean(id),
    staleTime: 30_000,
  });
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
  const pages = query.data?.pages;
  const spans = useMemo(() => pages?.flatMap((page) => page.spans), [pages]);
  return { query, spans, first: pages?.[0], more: hasNextPage };
}

/** The error path comes first, so what one looks at is nearly always in the first page. */
export function useSpan(project: string, traceId: string, spanId: string | null) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['span', project, traceId, spanId],
    queryFn: async ({ signal }): Promise<Span | null> => {
      let cursor: string | null = null;
      for (let page = 0; page < DETAIL_PAGES_MAX; page += 1) {
        const at: string | null = cursor;
        const trace: Trace = await client.ensureQueryData({
          queryKey: ['trace-full', project, traceId, at],
          queryFn: () => fetchTrace(project, traceId, { limit: DETAIL_PAGE_SPANS, cursor: at }, signal),
        });
        const found = trace.spans.find((span) => span.span_id === spanId);
        if (found) return found;
        cursor = trace.next_cursor ?? null;
        if (!cursor) return null;
      }
      return null;
    },
    enabled: spanId !== null,
    staleTime: 60_000,
  });
}
