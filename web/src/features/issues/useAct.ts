/** Triage: shown at once, undone within six seconds, never asked about first. */
import { type InfiniteData, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, path } from '../../api/http';
import { keys } from '../../api/keys';
import { failureText } from '../../api/problem';
import type { Issue, IssueAction, IssueDetail, IssueStatus, Page } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { mapPages } from '../../live/apply';
import { toast } from '../../ui/toasts';
import { keeps, type Tab } from './filter';

type Parameters = Record<string, unknown>;
export type Act = (action: IssueAction, issues: Issue[], parameters?: Parameters) => void;

const STATUS_AFTER: Partial<Record<IssueAction, IssueStatus>> = {
  resolve: 'resolved',
  reopen: 'unresolved',
  ignore: 'ignored',
  snooze: 'snoozed',
};
const ACTION_TO: Record<IssueStatus, IssueAction> = {
  unresolved: 'reopen',
  resolved: 'resolve',
  ignored: 'ignore',
  snoozed: 'snooze',
};

export function useAct(project: string): Act {
  const client = useQueryClient();
  const t = useT();
  return useCallback(
    (action, issues, parameters = {}) => {
      const undo = async () => {
        for (const [back, group] of groupByUndo(action, issues))
          await perform(project, back, group, undoParameters(back, group));
        refetch();
      };
      const refetch = () => {
        for (const key of [keys.issuesOf(project), keys.statsOf(project), keys.flowOf(project), ['issue']]) {
          void client.invalidateQueries({ queryKey: key });
        }
      };
      show(client, project, action, issues, parameters);
      perform(project, action, issues, parameters).then(
        () => {
          refetch();
          toast(t.issues.done[action](issues.length), {
            actions: [
              { label: t.app.undo, run: () => void undo().catch((error) => toast(failureText(t, error))) },
            ],
          });
        },
        (error) => {
          refetch();
          toast(failureText(t, error));
        },
      );
    },
    [client, project, t],
  );
}

async function perform(
  project: string,
  action: IssueAction,
  issues: Issue[],
  parameters: Parameters,
): Promise<void> {
  const [first] = issues;
  if (!first) return;
  if (issues.length === 1 || action === 'merge' || action === 'split') {
    for (const issue of issues)
      await api.post(path('/issues/{id}/{action}', { id: issue.id, action }), parameters);
    return;
  }
  await api.post(path('/projects/{p}/issues/bulk', { p: project }), {
    action,
    ids: issues.map((issue) => issue.id),
    ...parameters,
  });
}

/** Each issue goes back to what it was; a merge is undone by a split of what was merged. */
function groupByUndo(action: IssueAction, issues: Issue[]): Map<IssueAction, Issue[]> {
  const groups = new Map<IssueAction, Issue[]>();
  for (const issue of issues) {
    const back = action === 'merge' ? 'split' : action === 'assign' ? 'assign' : ACTION_TO[issue.status];
    groups.set(back, [...(groups.get(back) ?? []), issue]);
  }
  return groups;
}

function undoParameters(action: IssueAction, issues: Issue[]): Parameters {
  return action === 'assign' ? { assignee: issues[0]?.assignee ?? null } : {};
}

function show(
  client: ReturnType<typeof useQueryClient>,
  project: string,
  action: IssueAction,
  issues: Issue[],
  parameters: Parameters,
): void {
  const ids = new Set(issues.map((issue) => issue.id));
  const status = STATUS_AFTER[action];
  const changed = (issue: Issue): Issue => ({
    ...issue,
    ...(status ? { status, substatus: status === 'unresolved' ? ('ongoing' as const) : null } : {}),
    ...(action === 'assign' ? { assignee: (parameters.assignee as string | null) ?? null } : {}),
  });
  for (const [key, data] of client.getQueriesData<InfiniteData<Page<Issue>>>({
    queryKey: keys.issuesOf(project),
  })) {
    if (!data) continue;
    const tab = ((key[3] as { tab?: Tab } | undefined)?.tab ?? 'all') as Tab;
    client.setQueryData(
      key,
      mapPages(data, (row) => {
        if (!ids.has(row.id)) return row;
        const next = changed(row);
        return keeps(tab, next) ? next : null;
      }),
    );
  }
  for (const id of ids)
    client.setQueryData<IssueDetail>(keys.issue(id), (old) => (old ? { ...old, ...changed(old) } : old));
}
