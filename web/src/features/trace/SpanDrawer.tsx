/** All of one span: times, arguments and return, attributes, events, links. */
import { Link } from '@tanstack/react-router';
import { Crosshair, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Attributes, JsonValue, Span } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { duration, nanosOf } from '../../lib/time';
import { IconButton } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { Loaded } from '../../ui/states';
import type { TraceModel } from './model';
import { useSpan } from './queries';
import styles from './trace.module.css';

interface Props {
  project: string;
  traceId: string;
  model: TraceModel;
  index: number;
  onClose: () => void;
  onZoom: () => void;
}

const ARGUMENT = /^(code\.args?\.|code\.arguments?\.|omegi\.arg\.|args?\.)/;
const RETURN = /^(code\.return|omegi\.return|return\.)/;

export function SpanDrawer({ project, traceId, model, index, onClose, onZoom }: Props) {
  const t = useT();
  const light = model.spans[index];
  const full = useSpan(project, traceId, light?.span_id ?? null);
  if (!light) return null;
  const from = model.start[index] ?? 0;
  const length = (model.end[index] ?? 0) - from;
  return (
    <section className={styles.drawer} aria-label={`${light.service} ${light.operation}`}>
      <div className={styles.drawerHead}>
        <div className="grow">
          <p className={styles.drawerTitle}>{inert(light.operation, 400)}</p>
          <p className="dim">
            {inert(light.service, 120)} · {light.kind}
          </p>
        </div>
        <IconButton label={t.trace.zoomTo} onClick={onZoom}>
          <Crosshair size={15} />
        </IconButton>
        <IconButton label={t.trace.closeSpan} onClick={onClose}>
          <X size={15} />
        </IconButton>
      </div>
      <div className="rowflex wrap">
        <Chip tone={model.error[index] ? 'red' : 'plain'}>
          {model.error[index] ? '✕ ' : ''}
          {light.status}
        </Chip>
        <Chip>{duration(length)}</Chip>
        <Chip tone="outline">{t.trace.atOffset(duration(from))}</Chip>
      </div>
      {light.status_message ? <p>{inert(light.status_message, 2000)}</p> : null}
      <KeyValues
        rows={[
          [t.trace.spanId, light.span_id],
          [t.trace.start, light.start],
        ]}
      />
      <Loaded query={full} rows={4}>
        {(span) =>
          span ? (
            <Whole span={span} base={nanosOf(light.start_ns)} project={project} />
          ) : (
            <p className="dim">{t.trace.empty}</p>
          )
        }
      </Loaded>
    </section>
  );
}

function Whole({ span, base, project }: { span: Span; base: bigint | null; project: string }) {
  const t = useT();
  const all = Object.entries(span.attributes ?? {});
  const events = span.events ?? [];
  const links = span.links ?? [];
  return (
    <>
      <Section title={t.trace.arguments} attributes={pick(all, ARGUMENT)} />
      <Section title={t.trace.returnValue} attributes={pick(all, RETURN)} />
      <Section
        title={t.trace.attributes}
        attributes={Object.fromEntries(all.filter(([key]) => !ARGUMENT.test(key) && !RETURN.test(key)))}
      />
      {events.length > 0 ? (
        <div>
          <h3 className={styles.sectionTitle}>{t.trace.events}</h3>
          {events.map((event, index) => (
            <details key={index} open={events.length < 3}>
              <summary>
                {inert(event.name, 120)} <span className="faint">{offset(event.time_ns, base)}</span>
              </summary>
              <KeyValues
                rows={Object.entries(event.attributes ?? {}).map(([key, value]) => [key, text(value)])}
              />
            </details>
          ))}
        </div>
      ) : null}
      {links.length > 0 ? (
        <div>
          <h3 className={styles.sectionTitle}>{t.trace.links}</h3>
          {links.map((link) => (
            <p key={link.trace_id + link.span_id}>
              <Link
                to="/p/$project/traces/$traceId"
                params={{ project, traceId: link.trace_id }}
                search={{ span: link.span_id }}
                className="mono"
              >
                {link.trace_id}
              </Link>
            </p>
          ))}
        </div>
      ) : null}
      <Section title={t.trace.resource} attributes={span.resource ?? {}} />
    </>
  );

  function offset(at: string | undefined, from: bigint | null): string {
    const nanos = nanosOf(at);
    return nanos === null || from === null ? '' : t.trace.atOffset(duration(Number(nanos - from)));
  }
}

function Section({ title, attributes }: { title: string; attributes: Attributes }) {
  const rows = Object.entries(attributes);
  if (rows.length === 0) return null;
  return (
    <div>
      <h3 className={styles.sectionTitle}>{title}</h3>
      <KeyValues rows={rows.map(([key, value]) => [key, text(value)])} />
    </div>
  );
}

export function KeyValues({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className={styles.kv}>
      {rows.map(([key, value]) => (
        <div key={key} style={{ display: 'contents' }}>
          <dt>{inert(key, 200)}</dt>
          <dd>{typeof value === 'string' ? <Value text={value} /> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A value the agent or the server has masked is said to be so, not shown as stars alone. */
function Value({ text: value }: { text: string }) {
  const t = useT();
  if (/^\*{3,}$|^\[(redacted|masked|filtered)\]$/i.test(value))
    return <Chip tone="outline">••• {t.trace.masked}</Chip>;
  return inert(value, 4096);
}

export function text(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function pick(all: [string, JsonValue][], pattern: RegExp): Attributes {
  return Object.fromEntries(
    all.filter(([key]) => pattern.test(key)).map(([key, value]) => [key.replace(pattern, '') || key, value]),
  );
}
