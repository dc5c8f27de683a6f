/** The state of a project in one screen: figures, the flow of calls, the trend, what is unresolved. One filter for all. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useT } from '../../i18n/i18n';
import { shortType } from '../../lib/format';
import { Button } from '../../ui/Button';
import { PageFrame } from '../../ui/PageFrame';
import styles from './dashboard.module.css';
import { FlowPanel } from './FlowPanel';
import { LiveList } from './LiveList';
import { Tiles } from './Tiles';
import { TrendPanel } from './TrendPanel';
import { useMarkSeen } from './useMarkSeen';

export interface DashboardSearch {
  service?: string | undefined;
  edge?: string | undefined;
  type?: string | undefined;
  view?: string | undefined;
  trend?: string | undefined;
  range?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export type Select = (part: Partial<DashboardSearch>) => void;

export function Dashboard() {
  const t = useT();
  const { project } = useParams({ from: '/app/p/$project' });
  const search = useSearch({ from: '/app/p/$project' }) as DashboardSearch;
  const navigate = useNavigate();
  useMarkSeen(project);
  const select: Select = (part) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...part }) } as never);
  const filter =
    search.service ?? search.edge?.replace('>', ' → ') ?? (search.type ? shortType(search.type) : undefined);
  return (
    <PageFrame title={t.dashboard.title} hideTitle>
      <Tiles project={project} search={search} />
      {filter ? (
        <div className={styles.filterLine}>
          <span className="dim">{t.dashboard.filterBy(filter)}</span>
          <Button small onClick={() => select({ service: undefined, edge: undefined, type: undefined })}>
            <X size={12} /> {t.dashboard.clearFilter}
          </Button>
        </div>
      ) : null}
      <div className={styles.upper}>
        <FlowPanel project={project} search={search} select={select} />
        <TrendPanel project={project} search={search} select={select} />
      </div>
      <LiveList project={project} search={search} />
    </PageFrame>
  );
}
