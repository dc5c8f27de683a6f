/**
 * A million rows that scroll like ten: the scroll bar stands for all rows, only those in view are in the document.
 * Beyond what browsers allow as height the bar is scaled: a place on it maps to a row, not to a pixel.
 */
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { useSize } from '../../ui/useSize';
import styles from './query.module.css';
import type { Result, ResultColumn } from './result';

const ROW = 26;
/** Chrome ends near 33 million, Firefox near 17. */
const HEIGHT_MAX = 8_000_000;
const COLUMNS_MAX = 200;

export function ResultGrid({ result, project }: { result: Result; project: string }) {
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const { height } = useSize(scroller);
  const [top, setTop] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer starts at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setTop(0);
  }, [result]);
  const inView = Math.max(1, Math.ceil((height - ROW) / ROW));
  const full = result.rows * ROW;
  const bar = Math.min(full, HEIGHT_MAX);
  const first = firstRow(top, height - ROW, full, bar);
  const count = Math.min(inView + 1, result.rows - Math.floor(first));
  const columns = result.columns.slice(0, COLUMNS_MAX);
  return (
    <div
      ref={scroller}
      className={styles.grid}
      role="grid"
      aria-label={t.query.results.table}
      aria-rowcount={result.rows + 1}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ height: bar + ROW, position: 'relative', width: 'max-content', minWidth: '100%' }}>
        <div className={styles.sticky}>
          <div className={`${styles.line} ${styles.headLine}`} role="row">
            {columns.map((column, index) => (
              <span
                key={index}
                role="columnheader"
                className={cellClass(column)}
                data-kind={column.kind}
                title={`${column.name} · ${column.type}`}
              >
                {inert(column.name, 120)}
              </span>
            ))}
          </div>
          <div style={{ transform: `translateY(${-(first % 1) * ROW}px)` }} role="rowgroup">
            {Array.from({ length: Math.max(0, count) }, (_, offset) => {
              const row = Math.floor(first) + offset;
              return (
                <div key={row} className={styles.line} role="row" aria-rowindex={row + 2}>
                  {columns.map((column, index) => (
                    <Cell key={index} column={column} row={row} project={project} />
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Fractional: the whole part is the first row in view, the rest how much of it is above. */
export function firstRow(top: number, view: number, full: number, bar: number): number {
  if (full <= view) return 0;
  if (bar === full) return Math.min(top, full - view) / ROW;
  const ratio = (full - view) / Math.max(1, bar - view);
  return Math.min(top * ratio, full - view) / ROW;
}

function cellClass(column: ResultColumn): string {
  return `${styles.cell} ${column.kind === 'time' || /_id$|^id$|message/.test(column.name) ? styles.wide : ''}`;
}

function Cell({ column, row, project }: { column: ResultColumn; row: number; project: string }) {
  const text = column.text(row);
  const target = text ? targetOf(column.name, text, project) : null;
  return (
    <span
      role="gridcell"
      className={cellClass(column)}
      data-kind={column.kind}
      title={text ? inert(text, 600) : undefined}
    >
      {text === null ? (
        <span className={styles.null}>NULL</span>
      ) : target ? (
        <Link to={target}>{inert(text, 300)}</Link>
      ) : (
        inert(text, 300)
      )}
    </span>
  );
}

/** Ids lead to what they name. */
export function targetOf(column: string, value: string, project: string): string | null {
  const slug = encodeURIComponent(project);
  const id = encodeURIComponent(value);
  if (/(^|_)trace_id$/.test(column) && /^[0-9a-f]{32}$/.test(value)) return `/p/${slug}/traces/${id}`;
  if (/^(issue_id)$/.test(column)) return `/p/${slug}/issues/${id}`;
  if (/^(error_id)$/.test(column)) return `/p/${slug}/errors/${id}`;
  if (/^(note_id)$/.test(column)) return `/notes/${id}`;
  return null;
}
