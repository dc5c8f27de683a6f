/** The faces of a view besides the filled one: loading, failed, empty; and the panel that frames it. */
import { CircleSlash2, TriangleAlert } from 'lucide-react';
import { Component, type ReactNode, useEffect, useState } from 'react';
import { ApiError, failureText } from '../api/problem';
import { useT } from '../i18n/i18n';
import { Button } from './Button';
import styles from './states.module.css';

/** Past this a silent skeleton would look like a hang. */
const SLOW_MS = 6_000;

export function Skeleton({ rows = 5 }: { rows?: number }) {
  const t = useT();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.skeleton} role="status">
      <span className={slow ? styles.slow : 'vh'}>{slow ? t.failure.slow : t.app.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.bar} />
      ))}
    </div>
  );
}

export function LoadFailed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  const known = error instanceof ApiError ? error : null;
  const unsupported = known?.failure === 'unsupported';
  return (
    <div className={styles.face} role={unsupported ? 'note' : 'alert'}>
      <p className={styles.faceTitle}>
        {unsupported ? <CircleSlash2 size={16} /> : <TriangleAlert size={16} />}
        {failureText(t, error)}
      </p>
      {unsupported ? <p className="dim">{t.app.unsupportedHint}</p> : null}
      {known?.problem.detail && !unsupported ? <p className="dim">{known.problem.detail}</p> : null}
      {known?.requestId ? <p className="mono faint">{t.failure.requestId(known.requestId)}</p> : null}
      {onRetry && !unsupported ? <Button onClick={onRetry}>{t.app.retry}</Button> : null}
    </div>
  );
}

export function Empty({
  title,
  hint,
  action,
  icon,
}: {
  title: string;
  hint?: string;
  action?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <div className={styles.face}>
      <p className={styles.faceTitle}>
        {icon}
        {title}
      </p>
      {hint ? <p className="dim">{hint}</p> : null}
      {action}
    </div>
  );
}

interface PanelProps {
  title?: ReactNode;
  tools?: ReactNode;
  busy?: boolean;
  className?: string;
  label?: string;
  children: ReactNode;
}

/** A framed part of a page. What fails inside stays inside. */
export function Panel({ title, tools, busy, className = '', label, children }: PanelProps) {
  return (
    <section
      className={`${styles.panel} ${className}`}
      aria-label={label ?? (typeof title === 'string' ? title : undefined)}
    >
      {busy ? <div className={styles.busy} aria-hidden="true" /> : null}
      {title || tools ? (
        <div className={styles.panelHead}>
          {typeof title === 'string' ? <h2 className={styles.panelTitle}>{title}</h2> : title}
          {tools ? <div className={styles.panelTools}>{tools}</div> : null}
        </div>
      ) : null}
      <Boundary>{children}</Boundary>
    </section>
  );
}

/** Shows the loading and failed faces of a query, then what it answered (kept while it is fetched anew). */
export function Loaded<T>({
  query,
  rows,
  children,
}: {
  query: { data: T | undefined; error: unknown; isError: boolean; refetch: () => unknown };
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <LoadFailed error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton {...(rows ? { rows } : {})} />;
}

export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? (
      <Crashed onRetry={() => this.setState({ failed: false })} />
    ) : (
      this.props.children
    );
  }
}

export function Crashed({ onRetry }: { onRetry: () => void }) {
  const t = useT();
  return (
    <div className={styles.face} role="alert">
      <p className={styles.faceTitle}>
        <TriangleAlert size={16} />
        {t.app.crashed}
      </p>
      <Button onClick={onRetry}>{t.app.retry}</Button>
    </div>
  );
}
