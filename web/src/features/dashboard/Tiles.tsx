/** Six figures, each a way into what it counts. */
import { Link } from '@tanstack/react-router';
import { ArrowDownLeft, ArrowUpRight, CheckCircle2, CircleX, Clock3, NotebookPen } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/problem';
import { useI18n } from '../../i18n/i18n';
import { LoadFailed } from '../../ui/states';
import { Time } from '../../ui/Time';
import type { DashboardSearch } from './Dashboard';
import styles from './dashboard.module.css';
import { useStats } from './queries';

export function Tiles({ project, search }: { project: string; search: DashboardSearch }) {
  const { t, language } = useI18n();
  const stats = useStats(project, search);
  const missing = stats.error instanceof ApiError && stats.error.failure === 'unsupported';
  if (stats.isError && !stats.data && !missing) {
    return <LoadFailed error={stats.error} onRetry={() => void stats.refetch()} />;
  }
  const data = stats.data;
  const number = (value: number | undefined | null) =>
    value === undefined || value === null ? '–' : value.toLocaleString(language);
  const issues = `/p/${project}/issues`;
  const unsolved = data?.unsolved;
  return (
    <div className={styles.tiles} title={missing ? t.app.unsupported : undefined}>
      <Tile
        to={issues}
        look={unsolved ? styles.tileRed : styles.tileBlue}
        icon={unsolved ? <CircleX size={14} /> : <CheckCircle2 size={14} />}
        label={t.dashboard.unsolved}
        value={number(unsolved)}
      />
      <Tile
        to={`${issues}?tab=resolved`}
        look={styles.tileBlue}
        icon={<CheckCircle2 size={14} />}
        label={t.dashboard.solved}
        value={number(data?.solved)}
      />
      <Tile
        to={`${issues}?tab=all`}
        icon={<Clock3 size={14} />}
        label={t.dashboard.latest}
        value={data ? <Time at={data.latest} /> : '–'}
      />
      <Tile
        to="/notes"
        look={styles.tileAmber}
        icon={<NotebookPen size={14} />}
        label={t.dashboard.written}
        value={number(data?.notes?.written)}
      />
      <Tile
        to="/notes?view=graph"
        look={styles.tileLavender}
        icon={<ArrowUpRight size={14} />}
        label={t.dashboard.linkedByMe}
        value={number(data?.notes?.links_by_me)}
      />
      <Tile
        to="/notes?view=graph"
        look={styles.tileLavender}
        icon={<ArrowDownLeft size={14} />}
        label={t.dashboard.linkedToMe}
        value={number(data?.notes?.links_to_me)}
      />
    </div>
  );
}

function Tile({
  to,
  label,
  value,
  icon,
  look = '',
}: {
  to: string;
  label: string;
  value: ReactNode;
  icon: ReactNode;
  look?: string | undefined;
}) {
  const [path = to, query] = to.split('?');
  return (
    <Link
      to={path}
      search={query ? Object.fromEntries(new URLSearchParams(query)) : {}}
      className={`${styles.tile} ${look}`}
    >
      <span className={styles.tileLabel}>
        {icon}
        {label}
      </span>
      <span className={styles.tileValue}>{value}</span>
    </Link>
  );
}
