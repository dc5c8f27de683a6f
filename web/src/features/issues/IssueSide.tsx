/** Beside an occurrence: who has it, how it went, which notes know it, and why it is in this group. */
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ErrorDetail, Evidence, IssueDetail } from '../../api/types';
import { useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import controls from '../../ui/controls.module.css';
import { Time } from '../../ui/Time';
import { LinkedNotes } from '../notes/LinkedNotes';
import { KeyValues, text } from '../trace/SpanDrawer';
import styles from './detail.module.css';
import type { Act } from './useAct';

interface Props {
  project: string;
  issue: IssueDetail;
  event: ErrorDetail | undefined;
  onNote: () => void;
  act: Act;
  mayAct: boolean;
}

export function IssueSide({ project, issue, event, onNote, act, mayAct }: Props) {
  const t = useT();
  const session = useSession();
  const navigate = useNavigate();
  const services = event ? alongPath(event) : [];
  return (
    <aside className={styles.side}>
      <section className={styles.block} aria-label={t.detail.path}>
        <h3 className={styles.blockTitle}>{t.detail.path}</h3>
        <div className={styles.steps}>
          {services.map((service, index) => (
            <span key={service.name} className="rowflex">
              {index > 0 ? <span className={styles.arrow}>→</span> : null}
              <Chip
                tone={service.role === 'origin' ? 'red' : service.role === 'victim' ? 'amber' : 'plain'}
                title={t.role[service.role]}
              >
                {service.role === 'origin' ? '✕' : service.role === 'victim' ? '↦' : '·'}{' '}
                <span>{inert(service.name, 60)}</span>
              </Chip>
            </span>
          ))}
        </div>
        {event ? <p className="faint">{event.escaped ? t.detail.escaped : t.detail.contained}</p> : null}
      </section>
      <section className={styles.block} aria-label={t.detail.assignee}>
        <h3 className={styles.blockTitle}>{t.detail.assignee}</h3>
        <div className="rowflex">
          <span className="grow clip">{issue.assignee ?? t.detail.nobody}</span>
          <Button
            small
            disabled={!mayAct}
            onClick={() =>
              act('assign', [issue], { assignee: issue.assignee ? null : (session?.user.email ?? null) })
            }
          >
            {issue.assignee ? t.issues.unassign : t.issues.assignMe}
          </Button>
        </div>
      </section>
      <LinkedNotes issueId={issue.id} onNote={onNote} />
      {event ? (
        <section className={styles.block} aria-label={t.issues.error}>
          <KeyValues
            rows={[
              [t.detail.time, <Time key="time" at={event.time} full />],
              [t.detail.receivedAt, <Time key="received" at={event.received_at} full />],
              ...(event.environment ? [[t.detail.environment, event.environment] as [string, string]] : []),
              ...(event.release ? [[t.detail.release, event.release] as [string, string]] : []),
              ...(event.trace_id ? [[t.detail.traceId, event.trace_id] as [string, string]] : []),
              [t.detail.revision(event.revision), event.id],
            ]}
          />
        </section>
      ) : null}
      {event ? <AttributeBlock event={event} /> : null}
      <section className={styles.block} aria-label={t.detail.grouping}>
        <h3 className={styles.blockTitle}>{t.detail.grouping}</h3>
        {issue.grouping ? (
          <>
            <p className="dim">
              {t.detail.groupingText(issue.grouping.method, String(issue.grouping.version))}
            </p>
            <ul>
              {(issue.grouping.evidence ?? []).map((evidence, index) => (
                <li key={index} className="mono">
                  {inert(evidenceText(evidence), 400)}
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {event && issue.count > 1 ? (
          <Button small disabled={!mayAct} onClick={() => act('split', [issue], { error_ids: [event.id] })}>
            {t.issues.split}
          </Button>
        ) : null}
      </section>
      {event && event.siblings.length > 0 ? (
        <section className={styles.block} aria-label={t.detail.siblings}>
          <h3 className={styles.blockTitle}>{t.detail.siblings}</h3>
          {event.siblings.map((id) => (
            <Button
              key={id}
              small
              look="ghost"
              onClick={() =>
                void navigate({ to: '/p/$project/errors/$eventId', params: { project, eventId: id } })
              }
            >
              <span className="mono">{id.slice(0, 16)}</span>
            </Button>
          ))}
        </section>
      ) : null}
      <section className={styles.block} aria-label={t.detail.history}>
        <h3 className={styles.blockTitle}>{t.detail.history}</h3>
        <ul className={styles.history}>
          {[...(issue.history ?? [])].reverse().map((entry, index) => (
            <li key={index}>
              <span>
                {t.detail.historyEvents[entry.kind] ?? entry.kind}{' '}
                <span className="faint">{entry.by ?? t.detail.bySystem}</span>
              </span>
              <span className="faint">
                <Time at={entry.at} />
              </span>
              {entry.detail ? <span className="dim">{inert(entry.detail, 200)}</span> : null}
            </li>
          ))}
        </ul>
      </section>
      <Link
        to="/p/$project/issues"
        params={{ project }}
        search={{ q: `service:${issue.origin_service}`, tab: 'all' }}
      >
        {issue.origin_service}: {t.issues.tabs.all}
      </Link>
    </aside>
  );
}

function AttributeBlock({ event }: { event: ErrorDetail }) {
  const t = useT();
  const [find, setFind] = useState('');
  const rows = Object.entries(event.attributes ?? {}).map(
    ([key, value]) => [key, text(value)] as [string, string],
  );
  const needle = find.trim().toLowerCase();
  const shown = needle
    ? rows.filter(([key, value]) => `${key} ${value}`.toLowerCase().includes(needle))
    : rows;
  return (
    <section className={styles.block} aria-label={t.detail.attributes}>
      <h3 className={styles.blockTitle}>{t.detail.attributes}</h3>
      {rows.length > 8 ? (
        <input
          type="search"
          className={controls.input}
          aria-label={t.detail.attributesSearch}
          placeholder={t.detail.attributesSearch}
          value={find}
          onChange={(input) => setFind(input.target.value)}
        />
      ) : null}
      {rows.length === 0 ? (
        <p className="faint">{t.detail.noAttributes}</p>
      ) : (
        <KeyValues rows={shown.slice(0, 200)} />
      )}
    </section>
  );
}

/** Services in the order the call went, root first; those off the path come last. */
function alongPath(event: ErrorDetail): ErrorDetail['services'] {
  const order = new Map(
    [...new Set(event.path.map((span) => span.service))].map((name, index) => [name, index]),
  );
  const place = (name: string) => order.get(name) ?? order.size;
  return [...event.services].sort((a, b) => place(a.name) - place(b.name));
}

function evidenceText(evidence: Evidence): string {
  if (typeof evidence === 'string') return evidence;
  const value = evidence.value ?? evidence.text ?? '';
  const name = evidence.kind ?? evidence.name;
  return name ? `${name}: ${value}` : value || JSON.stringify(evidence);
}
