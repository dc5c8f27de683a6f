/** The rows of a trace, as waterfall (bars over time) or as flow (a lane per service). Only rows in view are in the document. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { useT } from '../../i18n/i18n';
import type { SeriesLook } from '../../lib/series';
import { duration } from '../../lib/time';
import type { TraceModel } from './model';
import type { TraceRow } from './rows';
import { LaneHead, SpanLanes } from './SpanLanes';
import { SpanRow } from './SpanRow';
import type { Zoom } from './TraceView';
import styles from './trace.module.css';

export const ROW_HEIGHT = 26;
const TICKS = 5;

export interface GridProps {
  view: 'waterfall' | 'flow';
  model: TraceModel;
  rows: TraceRow[];
  looks: Map<string, SeriesLook>;
  range: Zoom;
  collapsed: ReadonlySet<number>;
  selected: number | null;
  origin: number | null;
  matches: ReadonlySet<number> | null;
  onSelect: (index: number) => void;
  onToggle: (index: number) => void;
  onUnfold: (parents: readonly number[]) => void;
}

export function SpanGrid(props: GridProps) {
  const { view, model, rows, range, collapsed, selected, origin, onSelect, onToggle, onUnfold } = props;
  const t = useT();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    scrollMargin: 24,
  });
  const rowOf = (index: number | null) =>
    index === null ? -1 : rows.findIndex((row) => row.folded === 0 && row.index === index);
  const at = rowOf(selected);
  const target = at >= 0 ? at : selected === null ? rowOf(origin) : -1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when the target changes, not with every scroll
  useEffect(() => {
    if (target >= 0) virtual.scrollToIndex(target, { align: 'auto' });
  }, [target]);
  const onKey = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const current = at >= 0 ? at : Math.max(0, target);
    const row = rows[current];
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (step !== undefined) {
      for (let next = current + step; next >= 0 && next < rows.length; next += Math.sign(step)) {
        const candidate = rows[next];
        if (candidate && candidate.folded === 0) {
          onSelect(candidate.index);
          break;
        }
      }
    } else if (event.key === 'ArrowLeft' && row) {
      if ((model.size[row.index] ?? 1) > 1 && !collapsed.has(row.index)) onToggle(row.index);
      else if ((model.parent[row.index] ?? -1) >= 0) onSelect(model.parent[row.index] ?? 0);
    } else if (event.key === 'ArrowRight' && row) {
      if (collapsed.has(row.index)) onToggle(row.index);
      else onUnfold(row.parents ?? [row.index]);
    } else if (event.key === 'Home') onSelect(rows[0]?.index ?? 0);
    else if (event.key === 'Enter' && row) onSelect(row.index);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={styles.grid}
      role="treegrid"
      aria-label={t.trace.table}
      aria-rowcount={rows.length}
      tabIndex={0}
      aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
      onKeyDown={onKey}
    >
      <div className={styles.axis} role="row">
        <span role="columnheader">{t.trace.operation}</span>
        <span role="columnheader" className={styles.ticks}>
          {view === 'flow' ? <LaneHead services={laneServices(model, rows)} /> : <Ticks range={range} />}
        </span>
      </div>
      <div className={styles.rows} role="rowgroup" style={{ height: rows.length * ROW_HEIGHT }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row ? (
            <SpanRow
              key={item.key}
              {...props}
              id={`${id}-${item.index}`}
              row={row}
              top={item.start - 24}
              position={item.index}
            >
              {view === 'flow' ? (
                <SpanLanes model={model} row={row} services={laneServices(model, rows)} looks={props.looks} />
              ) : null}
            </SpanRow>
          ) : null;
        })}
      </div>
    </div>
  );
}

const laneCache = new WeakMap<TraceRow[], string[]>();
/** Services of the rows shown, in the order they are met: callers left of what they call. */
function laneServices(model: TraceModel, rows: TraceRow[]): string[] {
  let lanes = laneCache.get(rows);
  if (!lanes) {
    lanes = [
      ...new Set(rows.filter((row) => row.folded === 0).map((row) => model.spans[row.index]?.service ?? '')),
    ];
    laneCache.set(rows, lanes);
  }
  return lanes;
}

function Ticks({ range }: { range: Zoom }) {
  const span = Math.max(1, range.to - range.from);
  return Array.from({ length: TICKS }, (_, index) => (
    <span key={index} className={styles.tick} style={{ left: `${(index / TICKS) * 100}%` }}>
      {duration(range.from + (span * index) / TICKS)}
    </span>
  ));
}
