/** Errors over the range as a strip above the list; dragging selects a range. A server without figures shows no strip. */

import { useStats } from '../dashboard/queries';
import { Bars } from '../dashboard/TrendBars';
import { stackTrend } from '../dashboard/trend';
import type { IssueSearch } from './filter';
import styles from './issues.module.css';

interface Props {
  project: string;
  search: IssueSearch;
  onRange: (range: {
    from?: string | undefined;
    to?: string | undefined;
    range?: string | undefined;
  }) => void;
}

export function Histogram({ project, search, onRange }: Props) {
  const stats = useStats(project, search);
  const series = stats.data?.series;
  // The place is kept while the figures load, so that the list below does not move.
  if (stats.isPending) return <div className={styles.histogram} />;
  if (!Array.isArray(series) || series.every((bucket) => bucket.errors === 0)) return null;
  return (
    <div className={styles.histogram}>
      <Bars project={project} by="service" {...stackTrend(series, 'service')} select={onRange} plain />
    </div>
  );
}
