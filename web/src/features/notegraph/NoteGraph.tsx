/** The canvas: pan, zoom, drag, hover, link. While moving, a bitmap of the last crisp picture is shown; crisp at the end. */
import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState, type WheelEvent } from 'react';
import { useT } from '../../i18n/i18n';
import { fitCanvas, resolveColours } from '../../ui/canvas';
import { useSize } from '../../ui/useSize';
import { useThemeTick } from '../../ui/useThemeTick';
import { type GraphModel, within } from './graph';
import styles from './notegraph.module.css';
import { type Palette, paint, RADIUS, type View } from './paint';

const CRISP_MS = 120;
const SCALE_MIN = 0.05;
const SCALE_MAX = 4;
const COLOURS = [
  'var(--amber-fill)',
  'var(--amber-line)',
  'var(--lavender)',
  'var(--tag)',
  'var(--red-fill)',
  'var(--flow)',
  'var(--control)',
  'var(--text)',
  'var(--surface)',
  'var(--text-3)',
];

interface Props {
  model: GraphModel;
  places: Float32Array;
  lit: ReadonlySet<number> | null;
  /** A new value fits everything into view. */
  fit: number;
  onOpen: (index: number) => void;
  onMove: (index: number, x: number, y: number) => void;
  onLink: (from: number, to: number) => void;
}

type Gesture =
  | { kind: 'pan'; x: number; y: number; view: View }
  | { kind: 'node'; index: number; moved: boolean; link: boolean };

export function NoteGraph({ model, places, lit, fit, onOpen, onMove, onLink }: Props) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const theme = useThemeTick();
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const [hover, setHover] = useState<number | null>(null);
  const [pointer, setPointer] = useState<{ x: number; y: number } | null>(null);
  const gesture = useRef<Gesture | null>(null);
  const crisp = useRef<{ bitmap: HTMLCanvasElement; view: View } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours
  const palette = useMemo<Palette>(() => {
    const [
      peach = '',
      peachLine = '',
      lavender = '',
      tag = '',
      red = '',
      blue = '',
      line = '',
      text = '',
      surface = '',
      faint = '',
    ] = resolveColours(document.body, COLOURS);
    return { peach, peachLine, lavender, tag, red, blue, line, text, surface, faint };
  }, [theme]);
  const shown = useMemo(() => (hover === null ? lit : within(model, hover, 1)), [hover, lit, model]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: fits on request, on size and when places first exist
  useEffect(() => {
    if (width > 0 && places.length > 0) setView(fitView(places, width, height));
  }, [fit, width, height, places.length]);
  const draw = useCallback(
    (at: View) => {
      if (!canvas.current || width === 0) return;
      const context = fitCanvas(canvas.current, width, height);
      if (!context) return;
      paint(context, { model, places, view: at, lit: shown, palette, width, height });
      const bitmap = crisp.current?.bitmap ?? document.createElement('canvas');
      bitmap.width = canvas.current.width;
      bitmap.height = canvas.current.height;
      bitmap.getContext('2d')?.drawImage(canvas.current, 0, 0);
      crisp.current = { bitmap, view: at };
    },
    [model, places, shown, palette, width, height],
  );
  // Anything but a change of view is drawn at once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of view goes through the bitmap below
  useEffect(() => draw(view), [draw]);
  useEffect(() => {
    blit(canvas.current, crisp.current, view, width, height);
    const timer = setTimeout(() => draw(view), CRISP_MS);
    return () => clearTimeout(timer);
  }, [view, draw, width, height]);
  const where = (event: PointerEvent | WheelEvent) => {
    const area = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (area?.left ?? 0), y: event.clientY - (area?.top ?? 0) };
  };
  const hit = (x: number, y: number): number | null => {
    const reach = Math.max(RADIUS, RADIUS * view.scale) + 4;
    for (let index = model.nodes.length - 1; index >= 0; index -= 1) {
      const dx = (places[index * 2] ?? 0) * view.scale + view.x - x;
      const dy = (places[index * 2 + 1] ?? 0) * view.scale + view.y - y;
      if (dx * dx + dy * dy < reach * reach) return index;
    }
    return null;
  };
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const { x, y } = where(event);
    const index = hit(x, y);
    gesture.current =
      index === null
        ? { kind: 'pan', x, y, view }
        : { kind: 'node', index, moved: false, link: event.shiftKey };
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const { x, y } = where(event);
    const current = gesture.current;
    if (!current) return setHover(hit(x, y));
    if (current.kind === 'pan')
      return setView({
        ...current.view,
        x: current.view.x + x - current.x,
        y: current.view.y + y - current.y,
      });
    current.moved = true;
    if (current.link) setPointer({ x, y });
    else onMove(current.index, (x - view.x) / view.scale, (y - view.y) / view.scale);
  };
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    const current = gesture.current;
    gesture.current = null;
    setPointer(null);
    if (current?.kind !== 'node') return;
    const { x, y } = where(event);
    const target = hit(x, y);
    if (!current.moved) onOpen(current.index);
    else if (current.link && target !== null && target !== current.index) onLink(current.index, target);
  };
  const zoomBy = (factor: number, x: number, y: number) => {
    const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, view.scale * factor));
    const ratio = scale / view.scale;
    setView({ scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio });
  };
  const from = gesture.current?.kind === 'node' && gesture.current.link ? gesture.current.index : null;
  return (
    <div ref={box} className={styles.stage}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${t.graph.title}: ${t.graph.nodes(model.nodes.length)}, ${t.graph.links(model.links.length / 2)}. ${t.graph.hint}`}
        title={hover === null ? undefined : model.nodes[hover]?.title}
        data-hover={hover !== null}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerLeave={() => setHover(null)}
        onWheel={(event) => {
          const { x, y } = where(event);
          zoomBy(Math.exp(-event.deltaY * 0.0015), x, y);
        }}
      />
      {from !== null && pointer ? (
        <svg className={styles.rubber} aria-hidden="true">
          <line
            x1={(places[from * 2] ?? 0) * view.scale + view.x}
            y1={(places[from * 2 + 1] ?? 0) * view.scale + view.y}
            x2={pointer.x}
            y2={pointer.y}
          />
        </svg>
      ) : null}
    </div>
  );
}

function fitView(places: Float32Array, width: number, height: number): View {
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let at = 0; at + 1 < places.length; at += 2) {
    left = Math.min(left, places[at] ?? 0);
    right = Math.max(right, places[at] ?? 0);
    top = Math.min(top, places[at + 1] ?? 0);
    bottom = Math.max(bottom, places[at + 1] ?? 0);
  }
  const scale = Math.min(
    1.3,
    (width - 120) / Math.max(1, right - left),
    (height - 110) / Math.max(1, bottom - top),
  );
  const kept = Math.max(SCALE_MIN, scale);
  return {
    scale: kept,
    x: width / 2 - ((left + right) / 2) * kept,
    y: height / 2 - ((top + bottom) / 2) * kept - 8,
  };
}

/** Shows the last crisp picture moved and scaled to where the view is now. */
function blit(
  canvas: HTMLCanvasElement | null,
  crisp: { bitmap: HTMLCanvasElement; view: View } | null,
  view: View,
  width: number,
  height: number,
): void {
  const context = canvas?.getContext('2d');
  if (!context || !crisp || width === 0) return;
  const ratio = view.scale / crisp.view.scale;
  context.clearRect(0, 0, width, height);
  context.drawImage(
    crisp.bitmap,
    view.x - crisp.view.x * ratio,
    view.y - crisp.view.y * ratio,
    width * ratio,
    height * ratio,
  );
}
