/** The status of an issue as a sign that reads without colour: ✕ unresolved, ✓ resolved, – ignored, z snoozed. */
import type { IssueStatus, Substatus } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { Chip } from '../../ui/Chip';
import styles from './issues.module.css';

const SIGNS: Record<IssueStatus, string> = { unresolved: '✕', resolved: '✓', ignored: '–', snoozed: 'z' };

export function StatusMark({ status }: { status: IssueStatus }) {
  const t = useT();
  return (
    <span
      className={styles.status}
      data-status={status}
      role="img"
      aria-label={t.status[status] ?? status}
      title={t.status[status]}
    >
      {SIGNS[status] ?? '?'}
    </span>
  );
}

export function StatusChip({ status, substatus }: { status: IssueStatus; substatus: Substatus | null }) {
  const t = useT();
  const tone = status === 'unresolved' ? 'red' : status === 'resolved' ? 'blue' : 'plain';
  return (
    <Chip tone={tone}>
      {SIGNS[status] ?? '?'} <span>{t.status[status] ?? status}</span>
      {substatus === 'regressed' ? <span>· {t.status.regressed}</span> : null}
    </Chip>
  );
}
