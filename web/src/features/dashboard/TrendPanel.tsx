/** Errors over time. Dragging over bars selects that range for the whole page. */
import { useI18n } from '../../i18n/i18n';
import { Segmented } from '../../ui/Segmented';
import { Empty, Loaded, Panel } from '../../ui/states';
import type { DashboardSearch, Select } from './Dashboard';
import styles from './dashboard.module.css';
import { useStats } from './queries';
import { Bars } from './TrendBars';
import { stackTrend } from './trend';

interface Props {
  project: string;
  search: DashboardSearch;
  select: Select;
}

export function TrendPanel({ project, search, select }: Props) {
  const { t } = useI18n();
  const stats = useStats(project, search);
  const by = search.trend === 'type' ? 'type' : 'service';
  return (
    <Panel
      title={t.dashboard.trend}
      busy={stats.isFetching && !stats.isPending}
      className={styles.flow}
      tools={
        <Segmented
          label={t.dashboard.trend}
          value={by}
          options={[
            { value: 'service', label: t.dashboard.byService },
            { value: 'type', label: t.dashboard.byType },
          ]}
          onChange={(value) => select({ trend: value === 'service' ? undefined : value })}
        />
      }
    >
      <Loaded query={stats} rows={5}>
        {(data) =>
          !Array.isArray(data.series) || data.series.every((bucket) => bucket.errors === 0) ? (
            <Empty title={t.dashboard.trendEmpty} />
          ) : (
            <Bars project={project} by={by} {...stackTrend(data.series, by)} select={select} />
          )
        }
      </Loaded>
    </Panel>
  );
}
