/** What is unresolved, newest first, as it happens. */
import { Link, useNavigate } from '@tanstack/react-router';
import { CheckCircle2 } from 'lucide-react';
import { useRef } from 'react';
import type { Issue } from '../../api/types';
import { allows, useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { buttonClass } from '../../ui/Button';
import { Empty, Loaded, Panel } from '../../ui/states';
import { IssueHead } from '../issues/IssueHead';
import { IssueRow } from '../issues/IssueRow';
import issues from '../issues/issues.module.css';
import { useIssues } from '../issues/queries';
import { useAct } from '../issues/useAct';
import { useHeldRows } from '../issues/useHeldRows';
import type { DashboardSearch } from './Dashboard';

const ROWS_MAX = 20;

export function LiveList({ project, search }: { project: string; search: DashboardSearch }) {
  const t = useT();
  const session = useSession();
  const service = search.service ?? search.edge?.split('>')[1];
  const q = [service ? `service:"${service}"` : '', search.type ? `type:"${search.type}"` : '']
    .filter(Boolean)
    .join(' ');
  const { range, from, to } = search;
  const list = useIssues(project, { q, range, from, to }, ROWS_MAX);
  return (
    <Panel
      title={t.dashboard.liveList}
      busy={list.isFetching && !list.isPending}
      tools={
        <Link
          to={`/p/${project}/issues` as never}
          search={{ q: q || undefined } as never}
          className={buttonClass('ghost', true)}
        >
          {t.app.all}
        </Link>
      }
    >
      <Loaded query={list} rows={4}>
        {(data) => (
          <Rows
            project={project}
            items={data.pages.flatMap((page) => page.items)}
            listKey={q}
            mayAct={allows(session, project, 'member')}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Rows({
  project,
  items,
  listKey,
  mayAct,
}: {
  project: string;
  items: Issue[];
  listKey: string;
  mayAct: boolean;
}) {
  const t = useT();
  const navigate = useNavigate();
  const act = useAct(project);
  const box = useRef<HTMLDivElement>(null);
  const held = useHeldRows(items, listKey, box);
  const open = (issue: Issue, extra: object = {}) =>
    void navigate({
      to: '/p/$project/issues/$id',
      params: { project, id: issue.id },
      search: extra,
    } as never);
  if (items.length === 0) return <Empty icon={<CheckCircle2 size={16} />} title={t.dashboard.liveEmpty} />;
  return (
    <div
      role="grid"
      className={issues.grid}
      aria-label={t.dashboard.liveList}
      aria-rowcount={held.rows.length + 1}
      {...held.hold}
    >
      <IssueHead />
      {held.waiting > 0 ? (
        <div className={issues.pillRow}>
          <button type="button" onClick={held.release}>
            ↑ {t.live.newRows(held.waiting)}
          </button>
        </div>
      ) : null}
      {held.rows.map((issue, index) => (
        <IssueRow
          key={issue.id}
          index={index}
          issue={issue}
          act={act}
          mayAct={mayAct}
          entering={held.isNew(issue.id)}
          onOpen={open}
          onNote={(about) => open(about, { side: 'new', about: about.id })}
        />
      ))}
    </div>
  );
}
