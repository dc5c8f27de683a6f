/** A live error inside a note: its colour and sign follow the issue. */
import { Link } from '@tanstack/react-router';
import { useT } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { Time } from '../../ui/Time';
import { useIssue } from '../issues/queries';
import { StatusMark } from '../issues/StatusMark';
import styles from './notes.module.css';

export function IssueCard({ id }: { id: string }) {
  const t = useT();
  const issue = useIssue(id);
  if (!issue.data) {
    return (
      <span className={styles.issueCard}>
        <span className="mono">{id}</span>{' '}
        <span className="faint">{issue.isError ? t.failure.notFound : t.app.loading}</span>
      </span>
    );
  }
  const { data } = issue;
  return (
    <Link
      to="/p/$project/issues/$id"
      params={{ project: data.project ?? '-', id }}
      className={styles.issueCard}
      data-status={data.status}
    >
      <StatusMark status={data.status} />
      <strong className="clip">{inert(shortType(data.type), 80)}</strong>
      <span className="clip dim grow">{inert(data.message, 160)}</span>
      <span className="faint">
        ×{data.count} · <Time at={data.last_seen} />
      </span>
    </Link>
  );
}
