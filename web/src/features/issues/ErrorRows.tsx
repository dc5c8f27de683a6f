/** Single error events, newest first. */
import { Link } from '@tanstack/react-router';
import type { ErrorItem } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/states';
import { Time } from '../../ui/Time';
import table from '../../ui/table.module.css';
import { VerdictChip } from './VerdictChip';

interface Props {
  project: string;
  items: ErrorItem[];
  more: boolean;
  onMore: () => void;
}

export function ErrorRows({ project, items, more, onMore }: Props) {
  const t = useT();
  if (items.length === 0) return <Empty title={t.issues.emptyAll} />;
  return (
    <div className={table.scroll}>
      <table className={table.table} aria-label={t.issues.asEvents}>
        <thead>
          <tr>
            <th>{t.issues.error}</th>
            <th>{t.issues.service}</th>
            <th>{t.detail.trace}</th>
            <th className={table.end}>{t.detail.time}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((error) => (
            <tr key={error.id}>
              <td>
                <Link
                  to="/p/$project/issues/$id"
                  params={{ project, id: error.issue_id }}
                  search={{ event: error.id }}
                >
                  {inert(shortType(error.type), 80)}
                </Link>{' '}
                <span className="dim">{inert(error.message, 160)}</span>
              </td>
              <td>{inert(error.origin?.service ?? '', 80)}</td>
              <td>
                <VerdictChip verdict={error.verdict} />
              </td>
              <td className={table.end}>
                <Time at={error.time} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more ? (
        <p style={{ padding: 12 }}>
          <Button onClick={onMore}>{t.app.loadMore}</Button>
        </p>
      ) : null}
    </div>
  );
}
