/** Draws the notes graph. Kinds differ by shape, status by sign; colour repeats what shape says. */
import type { GraphModel, GraphNode } from './graph';

export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Palette {
  peach: string;
  peachLine: string;
  lavender: string;
  tag: string;
  red: string;
  blue: string;
  line: string;
  text: string;
  surface: string;
  faint: string;
}

export const RADIUS = 9;
/** Below this scale titles would be noise. */
const TITLE_SCALE_MIN = 0.55;
const TITLES_MAX = 400;

export interface Picture {
  model: GraphModel;
  places: Float32Array;
  view: View;
  /** Bright nodes; null: all. */
  lit: ReadonlySet<number> | null;
  palette: Palette;
  width: number;
  height: number;
}

export function paint(context: CanvasRenderingContext2D, picture: Picture): void {
  const { model, places, view, lit, palette, width, height } = picture;
  context.clearRect(0, 0, width, height);
  const at = (index: number): [number, number] => [
    (places[index * 2] ?? 0) * view.scale + view.x,
    (places[index * 2 + 1] ?? 0) * view.scale + view.y,
  ];
  context.lineWidth = 1;
  for (const bright of [false, true]) {
    context.globalAlpha = bright ? 0.7 : 0.12;
    context.strokeStyle = palette.line;
    context.beginPath();
    for (let link = 0; link + 1 < model.links.length; link += 2) {
      const from = model.links[link] ?? 0;
      const to = model.links[link + 1] ?? 0;
      if ((lit === null || (lit.has(from) && lit.has(to))) !== bright) continue;
      const [x1, y1] = at(from);
      const [x2, y2] = at(to);
      if (
        Math.max(x1, x2) < 0 ||
        Math.min(x1, x2) > width ||
        Math.max(y1, y2) < 0 ||
        Math.min(y1, y2) > height
      )
        continue;
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  }
  const size = RADIUS * Math.min(1.4, Math.max(0.35, view.scale));
  let titles = 0;
  context.font = '500 12px "Pretendard Variable", sans-serif';
  context.textAlign = 'center';
  for (let index = 0; index < model.nodes.length; index += 1) {
    const [x, y] = at(index);
    if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue;
    const node = model.nodes[index] as GraphNode;
    const bright = lit === null || lit.has(index);
    context.globalAlpha = bright ? 1 : 0.15;
    shape(context, node, x, y, size, palette);
    const wanted = view.scale >= TITLE_SCALE_MIN || (lit !== null && bright && lit.size < 60);
    if (wanted && bright && titles < TITLES_MAX) {
      titles += 1;
      const title = node.title.length > 22 ? `${node.title.slice(0, 21)}…` : node.title;
      context.lineWidth = 3;
      context.strokeStyle = palette.surface;
      context.strokeText(title, x, y + size + 14);
      context.fillStyle = node.kind === 'tag' ? palette.tag : palette.text;
      context.fillText(title, x, y + size + 14);
    }
  }
  context.globalAlpha = 1;
}

function shape(
  context: CanvasRenderingContext2D,
  node: GraphNode,
  x: number,
  y: number,
  size: number,
  palette: Palette,
): void {
  context.lineWidth = 1.5;
  context.beginPath();
  if (node.kind === 'note') {
    context.arc(x, y, size, 0, Math.PI * 2);
    context.fillStyle = node.mine ? palette.peach : palette.surface;
    context.fill();
    context.strokeStyle = node.mine ? palette.peachLine : palette.lavender;
    context.lineWidth = node.mine ? 1.5 : 2.5;
    context.stroke();
    if (node.ring) {
      context.beginPath();
      context.arc(x, y, size + 4, 0, Math.PI * 2);
      context.strokeStyle = node.ring === 'unresolved' ? palette.red : palette.blue;
      context.setLineDash(node.ring === 'unresolved' ? [4, 3] : []);
      context.lineWidth = 2;
      context.stroke();
      context.setLineDash([]);
    }
    return;
  }
  if (node.kind === 'tag') polygon(context, x, y, size * 0.85, 4, 0);
  else if (node.kind === 'service') polygon(context, x, y, size, 6, Math.PI / 6);
  else context.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
  const resolved = node.status !== 'unresolved';
  context.fillStyle =
    node.kind === 'tag'
      ? palette.tag
      : node.kind === 'service'
        ? palette.faint
        : resolved
          ? palette.blue
          : palette.red;
  context.fill();
  if (node.kind === 'issue' && size > 5) {
    context.fillStyle = palette.surface;
    context.font = `650 ${Math.round(size * 1.3)}px "Pretendard Variable", sans-serif`;
    context.textBaseline = 'middle';
    context.fillText(resolved ? '✓' : '✕', x, y + 0.5);
    context.textBaseline = 'alphabetic';
    context.font = '500 12px "Pretendard Variable", sans-serif';
  }
}

function polygon(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  corners: number,
  turn: number,
): void {
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = turn + (corner / corners) * Math.PI * 2;
    context.lineTo(x + Math.cos(angle) * radius, y + Math.sin(angle) * radius);
  }
  context.closePath();
}
