/** The whole trace in a strip: drag to zoom. */
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n';
import type { SeriesLook } from '../../lib/series';
import { fitCanvas, resolveColours } from '../../ui/canvas';
import { useSize } from '../../ui/useSize';
import { useThemeTick } from '../../ui/useThemeTick';
import type { TraceModel } from './model';
import type { Zoom } from './TraceView';
import styles from './trace.module.css';

const HEIGHT = 44;
/** A narrower drag is a click. */
const DRAG_PX_MIN = 4;

interface Props {
  model: TraceModel;
  looks: Map<string, SeriesLook>;
  range: Zoom;
  onZoom: (zoom: Zoom | null) => void;
}

export function Minimap({ model, looks, range, onZoom }: Props) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const theme = useThemeTick();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours
  useEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, width, model, looks);
  }, [width, model, looks, theme]);
  const at = (event: PointerEvent) => event.clientX - (box.current?.getBoundingClientRect().left ?? 0);
  const toTime = (x: number) => (Math.min(width, Math.max(0, x)) / Math.max(1, width)) * model.duration;
  const finish = () => {
    if (drag && Math.abs(drag.to - drag.from) >= DRAG_PX_MIN) {
      onZoom({ from: toTime(Math.min(drag.from, drag.to)), to: toTime(Math.max(drag.from, drag.to)) });
    } else if (drag) onZoom(null);
    setDrag(null);
  };
  const shown = drag
    ? { from: toTime(Math.min(drag.from, drag.to)), to: toTime(Math.max(drag.from, drag.to)) }
    : range;
  const whole = shown.from <= 0 && shown.to >= model.duration;
  return (
    <div
      ref={box}
      className={styles.minimap}
      role="img"
      aria-label={t.trace.minimap}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: at(event), to: at(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
      onPointerUp={finish}
      data-noprint
    >
      <canvas ref={canvas} aria-hidden="true" />
      {whole ? null : (
        <div
          className={styles.window}
          style={{
            left: `${(shown.from / model.duration) * 100}%`,
            width: `${((shown.to - shown.from) / model.duration) * 100}%`,
          }}
        />
      )}
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  width: number,
  model: TraceModel,
  looks: Map<string, SeriesLook>,
): void {
  const context = fitCanvas(canvas, width, HEIGHT);
  if (!context) return;
  const services = [...looks.keys()];
  const colours = resolveColours(canvas, [
    ...services.map((service) => looks.get(service)?.colour ?? ''),
    'var(--red-fill)',
  ]);
  const colourOf = new Map(services.map((service, index) => [service, colours[index] ?? '#888']));
  const red = colours.at(-1) ?? 'red';
  context.clearRect(0, 0, width, HEIGHT);
  const level = (HEIGHT - 8) / Math.max(4, Math.min(model.levels, 36));
  const scale = width / model.duration;
  for (let row = 0; row < model.spans.length; row += 1) {
    const y = 4 + Math.min(model.depth[row] ?? 0, 35) * level;
    context.fillStyle = colourOf.get(model.spans[row]?.service ?? '') ?? '#888';
    context.globalAlpha = model.path[row] ? 1 : 0.55;
    const x = (model.start[row] ?? 0) * scale;
    context.fillRect(
      x,
      y,
      Math.max(1, ((model.end[row] ?? 0) - (model.start[row] ?? 0)) * scale),
      Math.max(1, level - 0.5),
    );
  }
  context.globalAlpha = 1;
  context.fillStyle = red;
  for (let row = 0; row < model.spans.length; row += 1) {
    if (model.error[row]) context.fillRect(Math.max(0, (model.end[row] ?? 0) * scale - 2), 0, 2, 4);
  }
}
