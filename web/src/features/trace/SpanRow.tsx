/** One span: its place in the tree, its service and operation, its bar. Error = ✕ + underline, never colour alone. */
import type { ReactNode } from 'react';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { duration } from '../../lib/time';
import { FLAG_CYCLE, FLAG_LATE, FLAG_ORPHAN, FLAG_SKEWED } from './model';
import type { TraceRow } from './rows';
import type { GridProps } from './SpanGrid';
import styles from './trace.module.css';

interface Props extends GridProps {
  id: string;
  row: TraceRow;
  top: number;
  position: number;
  children?: ReactNode;
}

/** Deeper levels share this indent: the name must stay in view. */
const INDENT_LEVELS_MAX = 14;
const INDENT = 12;

export function SpanRow({
  id,
  row,
  top,
  position,
  view,
  model,
  looks,
  range,
  collapsed,
  selected,
  origin,
  matches,
  onSelect,
  onToggle,
  onUnfold,
  children,
}: Props) {
  const t = useT();
  const { index } = row;
  const span = model.spans[index];
  if (!span) return null;
  const depth = model.depth[index] ?? 0;
  const indent = 8 + Math.min(depth, INDENT_LEVELS_MAX) * INDENT;
  if (row.folded > 0) {
    return (
      <div
        id={id}
        role="row"
        aria-level={depth + 2}
        className={styles.row}
        style={{ transform: `translateY(${top}px)` }}
        aria-rowindex={position + 1}
      >
        <span role="gridcell" className={styles.nameCell} style={{ paddingLeft: indent + INDENT + 18 }}>
          <button type="button" className={styles.fold} onClick={() => onUnfold(row.parents ?? [index])}>
            ⋯ {t.trace.folded(row.folded)}
          </button>
        </span>
        <span role="gridcell" />
      </div>
    );
  }
  const failed = model.error[index] === 1;
  const kids = (model.size[index] ?? 1) > 1;
  const look = looks.get(span.service);
  const length = (model.end[index] ?? 0) - (model.start[index] ?? 0);
  const flags = model.flags[index] ?? 0;
  return (
    <div
      id={id}
      role="row"
      aria-level={depth + 1}
      aria-expanded={kids ? !collapsed.has(index) : undefined}
      aria-selected={selected === index}
      aria-rowindex={position + 1}
      aria-label={`${span.service} ${span.operation}, ${duration(length)}${failed ? `, ${t.issues.error}` : ''}`}
      className={`${styles.row} ${failed ? styles.failed : ''}`}
      data-selected={selected === index}
      data-match={matches?.has(index) ?? false}
      data-span={span.span_id}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(index)}
    >
      <span role="gridcell" className={styles.nameCell} style={{ paddingLeft: indent }}>
        {kids ? (
          <button
            type="button"
            tabIndex={-1}
            className={styles.twist}
            aria-label={`${t.keys.fold}: ${inert(span.operation, 60)}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(index);
            }}
          >
            {collapsed.has(index) ? '▶' : '▼'}
          </button>
        ) : (
          <span className={styles.twist} />
        )}
        <i className={styles.swatch} style={{ background: look?.colour }} />
        {failed ? (
          <span className={styles.cross} aria-hidden="true">
            ✕
          </span>
        ) : null}
        {view === 'waterfall' ? (
          <span
            className={styles.service}
            data-boundary={span.service !== model.spans[model.parent[index] ?? -1]?.service}
          >
            {inert(span.service, 60)}
          </span>
        ) : null}
        <span className={styles.name} title={`${span.service} · ${span.operation}`}>
          {inert(span.operation, 200)}
        </span>
        {index === origin ? (
          <span className={`${styles.flag} ${styles.flagRed}`}>{t.trace.flags.origin}</span>
        ) : null}
        {flags & FLAG_ORPHAN ? <span className={styles.flag}>{t.trace.flags.orphan}</span> : null}
        {flags & FLAG_CYCLE ? <span className={styles.flag}>{t.trace.flags.cycle}</span> : null}
        {flags & FLAG_SKEWED ? <span className={styles.flag}>{t.trace.flags.skewed}</span> : null}
        {flags & FLAG_LATE ? <span className={styles.flag}>{t.trace.flags.late}</span> : null}
      </span>
      <span role="gridcell">
        {children ?? (
          <Bar start={model.start[index] ?? 0} length={length} range={range} colour={look?.colour} />
        )}
      </span>
    </div>
  );
}

/** Room for the duration beside a bar, in percent of the track. */
const LABEL_PERCENT = 16;

function Bar({
  start,
  length,
  range,
  colour,
}: {
  start: number;
  length: number;
  range: { from: number; to: number };
  colour: string | undefined;
}) {
  const span = Math.max(1, range.to - range.from);
  const left = ((start - range.from) / span) * 100;
  const right = left + (length / span) * 100;
  const outside = right < 0 || left > 100;
  const inside = !outside && right > 100 - LABEL_PERCENT && left < LABEL_PERCENT;
  const place =
    right <= 100 - LABEL_PERCENT || outside
      ? { left: `${Math.min(100 - LABEL_PERCENT, Math.max(0, right))}%` }
      : inside
        ? { right: `${Math.max(0, 100 - right)}%` }
        : { right: `${100 - left}%` };
  return (
    <span className={styles.track} style={{ display: 'block' }}>
      {outside ? null : (
        <i
          className={styles.barBox}
          style={{
            left: `${Math.max(-1, left)}%`,
            width: `${Math.min(102, right) - Math.max(-1, left)}%`,
            background: colour,
          }}
        />
      )}
      <span className={`${styles.barText} ${inside ? styles.barInside : ''}`} style={place}>
        {duration(length)}
      </span>
    </span>
  );
}
