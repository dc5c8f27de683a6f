/** A picture of the answer: lines over time, or bars by name. */
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { resolveColours } from '../../ui/canvas';
import { Empty } from '../../ui/states';
import { useSize } from '../../ui/useSize';
import { useThemeTick } from '../../ui/useThemeTick';
import styles from './query.module.css';
import type { Result, ResultColumn } from './result';

const SERIES_MAX = 6;
const BARS_MAX = 60;
const POINTS_MAX = 50_000;

export function ResultChart({ result }: { result: Result }) {
  const t = useT();
  const time = result.columns.find((column) => column.kind === 'time');
  const names = result.columns.find((column) => column.kind === 'text');
  const numbers = result.columns.filter((column) => column.kind === 'number').slice(0, SERIES_MAX);
  if (numbers.length === 0 || !(time || names) || result.rows === 0) return <Empty title={t.query.noChart} />;
  if (time) return <Lines result={result} time={time} numbers={numbers} />;
  return names && numbers[0] ? <Bars result={result} names={names} numbers={numbers[0]} /> : null;
}

function Lines({ result, time, numbers }: { result: Result; time: ResultColumn; numbers: ResultColumn[] }) {
  const host = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(host);
  const theme = useThemeTick();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours
  useEffect(() => {
    if (!host.current || width < 50) return;
    const colours = resolveColours(host.current, [
      ...numbers.map((_, index) => `var(--series-${index + 1})`),
      'var(--text-2)',
      'var(--line)',
    ]);
    const [text = '', line = ''] = colours.slice(numbers.length);
    const rows = Array.from({ length: Math.min(result.rows, POINTS_MAX) }, (_, row) => row).sort(
      (a, b) => time.number(a) - time.number(b),
    );
    const data: uPlot.AlignedData = [
      rows.map((row) => time.number(row) / 1000),
      ...numbers.map((column) => rows.map((row) => column.number(row))),
    ];
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const plot = new uPlot(
      {
        width: width - 4,
        height: Math.max(180, height - 60),
        series: [
          {},
          ...numbers.map((column, index) => ({
            label: column.name,
            stroke: colours[index] ?? '',
            width: 1.5,
            points: { show: rows.length < 300, size: 4 },
          })),
        ],
        axes: [axis, axis],
      },
      data,
      host.current,
    );
    return () => plot.destroy();
  }, [result, width, height, theme]);
  return <div ref={host} className={styles.chart} />;
}

function Bars({ result, names, numbers }: { result: Result; names: ResultColumn; numbers: ResultColumn }) {
  const rows = Array.from({ length: Math.min(result.rows, BARS_MAX) }, (_, row) => row);
  const top = Math.max(1, ...rows.map((row) => numbers.number(row)).filter(Number.isFinite));
  return (
    <div className={styles.chart}>
      {rows.map((row) => (
        <div key={row} className={styles.hbar}>
          <span className="clip" title={names.text(row) ?? ''}>
            {inert(names.text(row) ?? 'NULL', 120)}
          </span>
          <i style={{ width: `${Math.max(0, (numbers.number(row) / top) * 100)}%` }} />
          <span className="mono">{numbers.text(row)}</span>
        </div>
      ))}
    </div>
  );
}
