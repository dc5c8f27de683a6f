/** A trace on its own page. */
import { useParams } from '@tanstack/react-router';
import { useT } from '../../i18n/i18n';
import { PageFrame } from '../../ui/PageFrame';
import { Empty, LoadFailed, Panel, Skeleton } from '../../ui/states';
import { useTrace } from './queries';
import { TraceView } from './TraceView';
import page from './tracepage.module.css';

export function TracePage() {
  const t = useT();
  const { project, traceId } = useParams({ strict: false }) as { project: string; traceId: string };
  const trace = useTrace(project, traceId);
  return (
    <PageFrame
      title={`${t.trace.title} ${traceId.slice(0, 8)}`}
      heading={
        <>
          {t.trace.title} <span className="mono">{traceId}</span>
        </>
      }
      className={page.page}
    >
      <Panel label={t.trace.title} className={page.panel}>
        <div className={page.top} />
        {trace.spans ? (
          trace.spans.length === 0 ? (
            <Empty title={t.trace.empty} />
          ) : (
            <TraceView
              project={project}
              traceId={traceId}
              spans={trace.spans}
              more={trace.more}
              verdict={trace.first?.verdict}
            />
          )
        ) : trace.query.isError ? (
          <LoadFailed error={trace.query.error} onRetry={() => void trace.query.refetch()} />
        ) : (
          <Skeleton rows={10} />
        )}
      </Panel>
    </PageFrame>
  );
}
