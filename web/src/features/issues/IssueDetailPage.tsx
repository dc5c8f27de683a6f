/** One issue at one of its occurrences: how it travelled, what was thrown, what the log says, what people did and know. */
import { Link, useNavigate, useParams, useRouterState, useSearch } from '@tanstack/react-router';
import { ArrowLeft, ChevronLeft, ChevronRight, NotebookPen } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ErrorDetail, IssueDetail as Issue } from '../../api/types';
import { allows, useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { inert, shortType } from '../../lib/format';
import { useShortcuts } from '../../lib/shortcuts';
import { Button, buttonClass, IconButton } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { PageFrame } from '../../ui/PageFrame';
import { Loaded, LoadFailed, Panel, Skeleton } from '../../ui/states';
import { Time } from '../../ui/Time';
import { useTrace } from '../trace/queries';
import { TraceView } from '../trace/TraceView';
import styles from './detail.module.css';
import { ExceptionChain } from './ExceptionChain';
import { RowMenu } from './IssueRow';
import { IssueSide } from './IssueSide';
import { LogView } from './LogView';
import { useErrorEvent, useIssue, useIssueEvents } from './queries';
import { StatusChip } from './StatusMark';
import { useAct } from './useAct';

export function IssueDetailPage() {
  const { project, id } = useParams({ strict: false }) as { project: string; id: string };
  return <IssueDetail project={project} id={id} />;
}

export function IssueDetail({
  project,
  id,
  embedded = false,
}: {
  project: string;
  id: string;
  embedded?: boolean;
}) {
  const t = useT();
  const issue = useIssue(id);
  const body = (
    <Loaded query={issue} rows={10}>
      {(data) => <Filled project={project} issue={data} embedded={embedded} />}
    </Loaded>
  );
  if (embedded) return <div className={styles.embedded}>{body}</div>;
  const title = issue.data ? `${shortType(issue.data.type)} · ${issue.data.short_id ?? ''}` : t.issues.error;
  return (
    <PageFrame title={title} hideTitle>
      {body}
    </PageFrame>
  );
}

function Filled({ project, issue, embedded }: { project: string; issue: Issue; embedded: boolean }) {
  const t = useT();
  const search = useSearch({ strict: false }) as { event?: string };
  const navigate = useNavigate();
  const session = useSession();
  const mayAct = allows(session, project, 'member');
  const act = useAct(project);
  const pager = usePager(issue.id, embedded ? undefined : search.event);
  const event = useErrorEvent(pager.current);
  const open = issue.status === 'unresolved';
  const note = () =>
    void navigate({
      to: '.',
      search: (old: object) => ({ ...old, side: 'new', about: issue.id }),
      hash: true,
    } as never);
  useShortcuts(
    {
      e: () => mayAct && act(open ? 'resolve' : 'reopen', [issue]),
      i: () => mayAct && act('ignore', [issue]),
      a: () => mayAct && act('assign', [issue], { assignee: session?.user.email ?? null }),
      c: note,
      ',': () => pager.go(-1),
      '.': () => pager.go(1),
    },
    !embedded,
  );
  return (
    <>
      <header className={styles.heading}>
        <div className={styles.facts}>
          {embedded ? null : (
            <Link
              to="/p/$project/issues"
              params={{ project }}
              className={buttonClass('ghost', true)}
              data-noprint
            >
              <ArrowLeft size={14} aria-hidden="true" /> {t.issues.title}
            </Link>
          )}
          <StatusChip status={issue.status} substatus={issue.substatus} />
          <span className="mono">{issue.short_id}</span>
          <span>{inert(issue.origin_service ?? '', 80)}</span>
          <span>×{(issue.count ?? 0).toLocaleString()}</span>
          <span>
            {t.issues.lastSeen} <Time at={issue.last_seen} />
          </span>
          <span className="grow" />
          <Button onClick={note} data-noprint>
            <NotebookPen size={14} /> {t.detail.writeNote}
          </Button>
          <Button
            look={open ? 'primary' : 'plain'}
            disabled={!mayAct}
            onClick={() => act(open ? 'resolve' : 'reopen', [issue])}
            data-noprint
          >
            {open ? t.issues.resolve : t.issues.reopen}
          </Button>
          <RowMenu issue={issue} act={act} mayAct={mayAct} onOpen={() => undefined} onNote={note} />
        </div>
        <h2 className={styles.type}>{inert(issue.type, 600)}</h2>
        <p className={styles.message}>{inert(issue.message, 2000)}</p>
      </header>
      <Switch project={project} pager={pager} />
      <div className={styles.detail}>
        <div className={styles.main}>
          {event.data ? (
            <Occurrence project={project} event={event.data} asked={pager.current} />
          ) : event.isError ? (
            <LoadFailed error={event.error} onRetry={() => void event.refetch()} />
          ) : (
            <Skeleton rows={10} />
          )}
        </div>
        {event.data || event.isError ? (
          <IssueSide
            project={project}
            issue={issue}
            event={event.data}
            onNote={note}
            act={act}
            mayAct={mayAct}
          />
        ) : (
          <Skeleton rows={8} />
        )}
      </div>
    </>
  );
}

type Pager = ReturnType<typeof usePager>;

/** Walks the occurrences, newest first, and keeps the section one reads. */
function usePager(issueId: string, wanted: string | undefined) {
  const navigate = useNavigate();
  const events = useIssueEvents(issueId);
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  const found = items.findIndex((item) => item.id === wanted);
  const index = wanted === undefined ? 0 : found;
  const go = (step: number) => {
    const next = items[index + step];
    if (!next) return;
    void navigate({
      to: '.',
      search: (old: object) => ({ ...old, event: next.id, span: undefined }),
      hash: true,
      replace: true,
      resetScroll: false,
    } as never);
  };
  return {
    current: wanted ?? items[0]?.id,
    index,
    count: items.length,
    more: events.hasNextPage,
    hasPrevious: index > 0,
    hasNext: index >= 0 && index < items.length - 1,
    nextId: index >= 0 ? items[index + 1]?.id : undefined,
    go,
  };
}

function Switch({ project, pager }: { project: string; pager: Pager }) {
  const t = useT();
  const hash = useRouterState({ select: (state) => state.location.hash });
  const current = hash === 'summary' ? 'summary' : hash === 'log' || /^L\d/.test(hash) ? 'log' : 'trace';
  return (
    <nav className={styles.switch} aria-label={t.detail.sections} data-noprint>
      <span className={controls.segmented}>
        {(['trace', 'summary', 'log'] as const).map((name) => (
          <a
            key={name}
            href={`#${name}`}
            className={controls.segment}
            aria-current={current === name ? 'true' : undefined}
          >
            {t.detail[name]}
          </a>
        ))}
      </span>
      <span className="grow" />
      {/* The place is kept while occurrences load, so that nothing below moves. */}
      {pager.count > 0 && pager.index >= 0 ? (
        <>
          <span className="faint">
            {t.detail.occurrence(pager.index + 1, `${pager.count}${pager.more ? '+' : ''}`)}
          </span>
          {pager.current && pager.nextId ? (
            <Link
              to="/p/$project/compare/$a/$b"
              params={{ project, a: pager.current, b: pager.nextId }}
              className={buttonClass('ghost', true)}
              title={t.detail.compareNext}
            >
              {t.detail.compare}
            </Link>
          ) : null}
          <IconButton label={t.detail.previous} disabled={!pager.hasPrevious} onClick={() => pager.go(-1)}>
            <ChevronLeft size={16} />
          </IconButton>
          <IconButton label={t.detail.next} disabled={!pager.hasNext} onClick={() => pager.go(1)}>
            <ChevronRight size={16} />
          </IconButton>
        </>
      ) : null}
    </nav>
  );
}

function Occurrence({
  project,
  event,
  asked,
}: {
  project: string;
  event: ErrorDetail;
  asked: string | undefined;
}) {
  const t = useT();
  const trace = useTrace(project, event.trace_id);
  const revised = useRevised(event);
  const hash = useRouterState({ select: (state) => state.location.hash });
  useEffect(() => {
    const target = /^L\d/.test(hash) ? 'log' : hash;
    if (target) document.getElementById(target)?.scrollIntoView();
  }, [hash]);
  const pathIds = event.path.map((span) => span.span_id);
  return (
    <>
      {asked && asked !== event.id && event.supersedes?.includes(asked) ? (
        <p className={`${styles.notice} ${styles.noticePlain}`}>{t.detail.superseded}</p>
      ) : null}
      {revised ? (
        <p className={`${styles.notice} ${styles.noticePlain}`} role="status">
          {t.detail.revised} {t.detail.revision(event.revision)}
        </p>
      ) : null}
      {event.verdict.state === 'complete' ? null : (
        <p className={styles.notice}>
          {t.verdict.hint[event.verdict.state]}{' '}
          {event.verdict.missing_parents
            ?.map((missing) =>
              missing.service ? t.verdict.missing(missing.service) : t.verdict.missingUnknown,
            )
            .join(' · ')}
        </p>
      )}
      {event.ambiguous ? (
        <p className={`${styles.notice} ${styles.noticePlain}`}>{t.detail.ambiguous}</p>
      ) : null}
      <section id="trace">
        <Panel
          title={t.detail.trace}
          className={styles.trace}
          tools={event.trace_id ? <TraceLink project={project} traceId={event.trace_id} /> : null}
        >
          {event.trace_id === null ? (
            <p className={styles.exception}>{t.detail.noTrace}</p>
          ) : trace.spans && trace.spans.length > 0 ? (
            <TraceView
              key={event.trace_id}
              project={project}
              traceId={event.trace_id}
              spans={trace.spans}
              more={trace.more}
              verdict={event.verdict}
              pathIds={pathIds}
              originId={event.origin?.span_id ?? null}
            />
          ) : trace.query.isPending ? (
            <Skeleton rows={8} />
          ) : trace.query.isError &&
            trace.query.error.name === 'ApiError' &&
            'status' in trace.query.error &&
            trace.query.error.status !== 404 ? (
            <LoadFailed error={trace.query.error} onRetry={() => void trace.query.refetch()} />
          ) : (
            <RawGone project={project} event={event} pathIds={pathIds} />
          )}
        </Panel>
      </section>
      <section id="summary">
        <Panel title={t.detail.summary}>
          <ExceptionChain event={event} />
        </Panel>
      </section>
      <section id="log">
        <LogView event={event} />
      </section>
    </>
  );
}

function TraceLink({ project, traceId }: { project: string; traceId: string }) {
  const t = useT();
  return (
    <Link
      to="/p/$project/traces/$traceId"
      params={{ project, traceId }}
      className={buttonClass('ghost', true)}
    >
      {t.detail.openTrace}
    </Link>
  );
}

/** Edge case 88: the raw spans are gone, the event still holds its path. */
function RawGone({ project, event, pathIds }: { project: string; event: ErrorDetail; pathIds: string[] }) {
  const t = useT();
  const spans = event.path.map((span) => ({ ...span, start_ns: '', end_ns: '' }));
  return (
    <>
      <p className={styles.exception}>{t.detail.rawGone}</p>
      {spans.length > 0 ? (
        <TraceView
          project={project}
          traceId={event.trace_id ?? ''}
          spans={spans}
          more={false}
          verdict={event.verdict}
          pathIds={pathIds}
          originId={event.origin?.span_id ?? null}
        />
      ) : null}
    </>
  );
}

/** True once the revision grew while this occurrence was open. */
function useRevised(event: ErrorDetail): boolean {
  const first = useRef({ id: event.id, revision: event.revision });
  if (first.current.id !== event.id) first.current = { id: event.id, revision: event.revision };
  return event.revision > first.current.revision;
}
