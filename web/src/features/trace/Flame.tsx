/** The flame view: depth downward, time to the right, on one canvas. The rows of the other views are its table twin. */
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n';
import type { SeriesLook } from '../../lib/series';
import { duration } from '../../lib/time';
import { fitCanvas, resolveColours } from '../../ui/canvas';
import { useSize } from '../../ui/useSize';
import { useThemeTick } from '../../ui/useThemeTick';
import { flameLines } from './flameLines';
import type { TraceModel } from './model';
import type { Zoom } from './TraceView';
import styles from './trace.module.css';

const LEVEL = 22;
const LEVELS_MAX = 200;
/** Text in a narrower box would be noise. */
const TEXT_PX_MIN = 36;

interface Props {
  model: TraceModel;
  looks: Map<string, SeriesLook>;
  range: Zoom;
  selected: number | null;
  onSelect: (index: number) => void;
  onZoom: (zoom: Zoom) => void;
}

export function Flame({ model, looks, range, selected, onSelect, onZoom }: Props) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const theme = useThemeTick();
  const [over, setOver] = useState<number | null>(null);
  const lines = useMemo(() => flameLines(model, LEVELS_MAX), [model]);
  const height = (lines.reduce((most, line) => Math.max(most, line), 0) + 1) * LEVEL + 8;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours
  useEffect(() => {
    if (canvas.current && width > 0)
      draw(canvas.current, width, height, model, lines, looks, range, selected);
  }, [width, height, model, looks, range, selected, theme]);
  const hit = (event: PointerEvent | React.MouseEvent): number | null => {
    const area = canvas.current?.getBoundingClientRect();
    if (!area) return null;
    const level = Math.floor((event.clientY - area.top - 4) / LEVEL);
    const time =
      range.from + ((event.clientX - area.left) / Math.max(1, area.width)) * (range.to - range.from);
    const slack = ((range.to - range.from) / Math.max(1, area.width)) * 1.5;
    for (let row = 0; row < model.spans.length; row += 1) {
      if (
        model.depth[row] === level &&
        (model.start[row] ?? 0) - slack <= time &&
        (model.end[row] ?? 0) + slack >= time
      )
        return row;
    }
    return null;
  };
  const hovered = over === null ? null : model.spans[over];
  return (
    <div ref={box} className={styles.flame}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${t.trace.flame}. ${t.trace.flameHint}`}
        title={
          hovered && over !== null
            ? `${hovered.service} · ${hovered.operation} · ${duration((model.end[over] ?? 0) - (model.start[over] ?? 0))}`
            : t.trace.flameHint
        }
        onPointerMove={(event) => setOver(hit(event))}
        onClick={(event) => {
          const row = hit(event);
          if (row !== null) onSelect(row);
        }}
        onDoubleClick={(event) => {
          const row = hit(event);
          if (row !== null)
            onZoom({
              from: model.start[row] ?? 0,
              to: Math.max((model.start[row] ?? 0) + 1, model.end[row] ?? 0),
            });
        }}
      />
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  model: TraceModel,
  lines: Int32Array,
  looks: Map<string, SeriesLook>,
  range: Zoom,
  selected: number | null,
): void {
  const context = fitCanvas(canvas, width, height);
  if (!context) return;
  const services = [...looks.keys()];
  const colours = resolveColours(canvas, [
    ...services.map((service) => looks.get(service)?.colour ?? ''),
    'var(--red-fill)',
    'var(--text)',
    'var(--surface)',
  ]);
  const colourOf = new Map(services.map((service, index) => [service, colours[index] ?? '#888']));
  const [red = 'red', text = '#000', surface = '#fff'] = colours.slice(services.length);
  const scale = width / Math.max(1, range.to - range.from);
  context.clearRect(0, 0, width, height);
  context.font = '500 12px "Pretendard Variable", sans-serif';
  context.textBaseline = 'middle';
  for (let row = 0; row < model.spans.length; row += 1) {
    const line = lines[row] ?? -1;
    const x = ((model.start[row] ?? 0) - range.from) * scale;
    const wide = Math.max(1, ((model.end[row] ?? 0) - (model.start[row] ?? 0)) * scale);
    if (line < 0 || x > width || x + wide < 0) continue;
    const span = model.spans[row];
    if (!span) continue;
    const y = 4 + line * LEVEL;
    const left = Math.max(0, x);
    const shown = Math.min(width, x + wide) - left;
    context.globalAlpha = model.path[row] ? 1 : 0.6;
    context.fillStyle = colourOf.get(span.service) ?? '#888';
    context.fillRect(left, y, Math.max(1, shown - 0.5), LEVEL - 2);
    context.globalAlpha = 1;
    if (model.error[row]) {
      context.fillStyle = red;
      context.fillRect(left, y + LEVEL - 5, Math.max(1, shown - 0.5), 3);
    }
    if (row === selected) {
      context.strokeStyle = text;
      context.lineWidth = 2;
      context.strokeRect(left + 1, y + 1, Math.max(1, shown - 2.5), LEVEL - 4);
    }
    if (shown > TEXT_PX_MIN) {
      context.save();
      context.beginPath();
      context.rect(left, y, shown - 4, LEVEL);
      context.clip();
      context.fillStyle = surface;
      context.fillText(`${model.error[row] ? '✕ ' : ''}${span.operation}`, left + 5, y + LEVEL / 2 - 1);
      context.restore();
    }
  }
}
