/** Stacked bars over time; dragging selects a range. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { useI18n } from '../../i18n/i18n';
import { shortType } from '../../lib/format';
import { seriesLooks } from '../../lib/series';
import { absolute, clock, millisOf } from '../../lib/time';
import type { Select } from './Dashboard';
import styles from './dashboard.module.css';
import { REST, type Stack } from './trend';

const WIDTH = 600;
const HEIGHT = 200;
const FOOT = 18;

interface BarsProps {
  project: string;
  by: 'service' | 'type';
  names: string[];
  stacks: Stack[];
  select: Select;
  /** A strip without legend. */
  plain?: boolean;
}

export function Bars({ project, by, names, stacks, select, plain = false }: BarsProps) {
  const { t, language } = useI18n();
  const svg = useRef<SVGSVGElement>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const looks = useMemo(
    () =>
      seriesLooks(
        project,
        names.filter((name) => name !== REST),
      ),
    [project, names],
  );
  const top = Math.max(1, ...stacks.map((stack) => stack.total));
  const slot = WIDTH / Math.max(1, stacks.length);
  const indexAt = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (!box) return 0;
    return Math.min(
      stacks.length - 1,
      Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * stacks.length)),
    );
  };
  const choose = (first: number, last: number) => {
    const from = millisOf(stacks[Math.min(first, last)]?.time);
    const end = millisOf(stacks[Math.max(first, last)]?.time);
    if (from === null || end === null) return;
    select({
      from: new Date(from).toISOString(),
      to: new Date(end + bucketMillis(stacks)).toISOString(),
      range: undefined,
    });
  };
  const onKey = (event: KeyboardEvent) => {
    const current = at ?? stacks.length - 1;
    if (event.key === 'ArrowLeft') setAt(Math.max(0, current - 1));
    else if (event.key === 'ArrowRight') setAt(Math.min(stacks.length - 1, current + 1));
    else if (event.key === 'Enter') choose(current, current);
    else return;
    event.preventDefault();
  };
  const focused = at === null ? null : stacks[at];
  const label = (stack: Stack) => t.dashboard.bar(absolute(millisOf(stack.time) ?? 0, language), stack.total);
  return (
    <div className={`${styles.bars} ${plain ? styles.strip : ''}`}>
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`}
        preserveAspectRatio="none"
        role="slider"
        tabIndex={0}
        aria-label={`${t.dashboard.trend}. ${t.dashboard.brushHint}`}
        aria-valuemin={0}
        aria-valuemax={stacks.length - 1}
        aria-valuenow={at ?? stacks.length - 1}
        aria-valuetext={focused ? label(focused) : label(stacks.at(-1) ?? { time: '', total: 0, parts: [] })}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush({ from: indexAt(event), to: indexAt(event) });
        }}
        onPointerMove={(event) => {
          setAt(indexAt(event));
          if (brush) setBrush({ ...brush, to: indexAt(event) });
        }}
        onPointerUp={() => {
          if (brush && brush.from !== brush.to) choose(brush.from, brush.to);
          setBrush(null);
        }}
        onPointerLeave={() => setAt(null)}
      >
        <title>{t.dashboard.brushHint}</title>
        <defs>
          <pattern
            id="hatch"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="3" height="6" fill="var(--surface)" opacity="0.45" />
          </pattern>
        </defs>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} stroke="var(--line)" />
        {stacks.map((stack, index) => (
          <g key={stack.time}>
            {rectangles(stack, index).map((part) => (
              <rect
                key={part.name}
                x={part.x}
                y={part.y}
                width={part.width}
                height={part.height}
                fill={part.colour}
              />
            ))}
            {at === index ? (
              <rect x={index * slot} y={0} width={slot} height={HEIGHT} className={styles.brush} />
            ) : null}
          </g>
        ))}
        {brush ? (
          <rect
            className={styles.brush}
            x={Math.min(brush.from, brush.to) * slot}
            width={(Math.abs(brush.to - brush.from) + 1) * slot}
            y={0}
            height={HEIGHT}
          />
        ) : null}
      </svg>
      <div className={`${styles.series} faint`} aria-hidden="true">
        {focused ? (
          <span>{label(focused)}</span>
        ) : (
          <>
            <span>{clock(millisOf(stacks[0]?.time) ?? 0, language)}</span>
            <span className="grow" />
            <span>{clock(millisOf(stacks.at(-1)?.time) ?? 0, language)}</span>
          </>
        )}
      </div>
      {plain ? null : (
        <ul className={styles.series}>
          {names.map((name) => (
            <li key={name} className={styles.seriesItem}>
              <i className={styles.swatch} style={{ background: colourOf(name) }} />
              {name === REST ? (
                <span>{t.app.more}</span>
              ) : (
                <button
                  type="button"
                  className="clip"
                  title={name}
                  onClick={() => select(by === 'service' ? { service: name } : { type: name })}
                >
                  {by === 'type' ? shortType(name) : name}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );

  function colourOf(name: string): string {
    return looks.get(name)?.colour ?? 'var(--control)';
  }

  function rectangles(stack: Stack, index: number) {
    let y = HEIGHT;
    return stack.parts.flatMap((part, order) => {
      const name = names[order] ?? REST;
      const height = (part / top) * (HEIGHT - 8);
      if (part <= 0) return [];
      y -= height;
      return [{ name, x: index * slot + slot * 0.12, y, width: slot * 0.76, height, colour: colourOf(name) }];
    });
  }
}

function bucketMillis(stacks: readonly Stack[]): number {
  const first = millisOf(stacks[0]?.time);
  const second = millisOf(stacks[1]?.time);
  return first !== null && second !== null ? second - first : 3_600_000;
}
