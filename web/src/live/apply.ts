/** Live events into the query cache: rows in place where they are known, a refetch (bounded in rate) where they are not. */
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';
import { keys } from '../api/keys';
import type { ErrorDetail, ErrorItem, Flow, Issue, IssueDetail, Page } from '../api/types';
import type { LiveEvent } from './events';

/** However many events arrive, a list is fetched at most this often. */
const REFETCH_MS_MIN = 700;

export function createApplier(client: QueryClient): (event: LiveEvent) => void {
  const pending = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  const flush = () => {
    timer = undefined;
    last = Date.now();
    const due = [...pending.values()];
    pending.clear();
    for (const key of due) void client.invalidateQueries({ queryKey: key });
  };
  const refetch = (...queryKeys: QueryKey[]) => {
    for (const key of queryKeys) pending.set(JSON.stringify(key), key);
    if (timer === undefined) timer = setTimeout(flush, Math.max(30, last + REFETCH_MS_MIN - Date.now()));
  };
  return (event) => {
    switch (event.name) {
      case 'error_detected':
        refetch(
          keys.issuesOf(event.data.project),
          keys.errorsOf(event.data.project),
          keys.statsOf(event.data.project),
        );
        refetch(keys.issue(event.data.issue_id));
        break;
      case 'error_revised':
        reviseError(client, event.data);
        refetch(keys.error(event.data.id), keys.errorsOf(event.data.project));
        for (const old of event.data.supersedes ?? []) refetch(keys.error(old));
        break;
      case 'issue_changed':
        changeIssue(client, event.data, refetch);
        break;
      case 'flow_changed':
        mergeFlow(client, event.data, refetch);
        break;
      case 'note_changed':
        refetch(keys.notesAll);
        break;
      case 'replay_gap':
        void client.invalidateQueries();
        break;
    }
  };
}

function reviseError(client: QueryClient, revised: ErrorItem): void {
  client.setQueryData<ErrorDetail>(keys.error(revised.id), (old) =>
    old && old.revision < revised.revision ? { ...old, ...revised } : old,
  );
}

function changeIssue(client: QueryClient, issue: Issue, refetch: (...queryKeys: QueryKey[]) => void): void {
  client.setQueryData<IssueDetail>(keys.issue(issue.id), (old) => (old ? { ...old, ...issue } : old));
  refetch(keys.issue(issue.id));
  if (!issue.project) {
    refetch(['project']);
    return;
  }
  replaceIssue(client, issue.project, issue);
  refetch(keys.issuesOf(issue.project), keys.statsOf(issue.project));
}

/** Replaces the row wherever it is loaded; whether it still belongs in the list is the refetch's to say. */
export function replaceIssue(client: QueryClient, project: string, issue: Issue): void {
  client.setQueriesData<InfiniteData<Page<Issue>>>(
    { queryKey: keys.issuesOf(project) },
    (old) => old && mapPages(old, (row) => (row.id === issue.id ? { ...row, ...issue } : row)),
  );
}

export function mapPages<T>(
  data: InfiniteData<Page<T>>,
  change: (row: T) => T | null,
): InfiniteData<Page<T>> {
  if (!Array.isArray(data.pages)) return data;
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      items: page.items.map(change).filter((row): row is NonNullable<typeof row> => row !== null) as T[],
    })),
  };
}

function mergeFlow(
  client: QueryClient,
  change: { project?: string; nodes: Flow['nodes']; edges: Flow['edges'] },
  refetch: (...queryKeys: QueryKey[]) => void,
): void {
  if (!change.project) {
    refetch(['project']);
    return;
  }
  // `state`, `unresolved` and `failing` speak of now and are true at once; the counts of the range come by refetch.
  client.setQueriesData<Flow>({ queryKey: keys.flowOf(change.project) }, (old) => {
    if (!old) return old;
    const nodes = new Map(change.nodes.map((node) => [node.service, node]));
    const edges = new Map(change.edges.map((edge) => [`${edge.from}\n${edge.to}`, edge]));
    return {
      nodes: old.nodes.map((node) => {
        const now = nodes.get(node.service);
        return now ? { ...node, state: now.state, unresolved: now.unresolved } : node;
      }),
      edges: old.edges.map((edge) => {
        const now = edges.get(`${edge.from}\n${edge.to}`);
        return now ? { ...edge, failing: now.failing } : edge;
      }),
    };
  });
  refetch(keys.flowOf(change.project));
}
