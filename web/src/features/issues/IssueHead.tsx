/** Names of the columns of an issue list. */
import { useT } from '../../i18n/i18n';
import styles from './issues.module.css';

export function IssueHead() {
  const t = useT();
  return (
    <div role="row" className={styles.head} aria-rowindex={1}>
      <span role="columnheader">
        <span className="vh">{t.detail.status}</span>
      </span>
      <span role="columnheader">{t.issues.error}</span>
      <span role="columnheader" data-col="service">
        {t.issues.service}
      </span>
      <span role="columnheader" data-col="count" className={styles.num}>
        {t.issues.events}
      </span>
      <span role="columnheader" className={styles.num}>
        {t.issues.lastSeen}
      </span>
      <span role="columnheader" data-col="notes">
        <span className="vh">{t.issues.notes}</span>
      </span>
      <span role="columnheader" data-col="act">
        <span className="vh">{t.issues.resolve}</span>
      </span>
      <span role="columnheader">
        <span className="vh">{t.issues.actions}</span>
      </span>
    </div>
  );
}
