/**
 * Places the notes graph away from the page's thread.
 *
 * Reads one `LayoutRequest`; posts positions (x, y per node, in the order of the request) while they settle and once at
 * the end. Nodes that come with a place keep it: only what is new is arranged.
 */
import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force';

export interface LayoutRequest {
  /** NaN where a node has no place yet. */
  places: Float32Array;
  /** Pairs of node indices. */
  links: Int32Array;
}
export interface LayoutAnswer {
  places: Float32Array;
  done: boolean;
}

interface Point extends SimulationNodeDatum {
  index: number;
}

const POST_EVERY_TICKS = 8;
const TICKS = 260;
/** Larger graphs settle in fewer, coarser steps. */
const LARGE = 3_000;

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  const count = data.places.length / 2;
  const fixed = Array.from({ length: count }, (_, index) => !Number.isNaN(data.places[index * 2]));
  const nodes: Point[] = Array.from({ length: count }, (_, index) => start(index, data.places, count));
  const links: SimulationLinkDatum<Point>[] = [];
  for (let at = 0; at + 1 < data.links.length; at += 2)
    links.push({ source: data.links[at] ?? 0, target: data.links[at + 1] ?? 0 });
  const simulation = forceSimulation(nodes)
    .force('link', forceLink<Point, SimulationLinkDatum<Point>>(links).distance(70).strength(0.35))
    .force(
      'charge',
      forceManyBody<Point>()
        .strength(-160)
        .theta(count > LARGE ? 1.4 : 0.9)
        .distanceMax(600),
    )
    .force('x', forceX<Point>(0).strength(0.035))
    .force('y', forceY<Point>(0).strength(0.045))
    .stop();
  if (count <= LARGE) simulation.force('collide', forceCollide<Point>(22));
  const ticks = fixed.every(Boolean) ? 0 : count > LARGE ? TICKS / 2 : TICKS;
  for (let tick = 0; tick < ticks; tick += 1) {
    simulation.tick();
    if (tick % POST_EVERY_TICKS === 0) post(nodes, false);
  }
  post(nodes, true);

  function start(index: number, places: Float32Array, total: number): Point {
    const x = places[index * 2] ?? Number.NaN;
    const y = places[index * 2 + 1] ?? Number.NaN;
    if (!Number.isNaN(x)) return { index, x, y, fx: x, fy: y };
    // A sunflower: the same graph begins the same way, so it ends the same way.
    const angle = index * 2.399963;
    const radius = 12 * Math.sqrt(index + 1) * (total > LARGE ? 0.8 : 1.6);
    return { index, x: Math.cos(angle) * radius, y: Math.sin(angle) * radius };
  }
};

function post(nodes: Point[], done: boolean): void {
  const places = new Float32Array(nodes.length * 2);
  nodes.forEach((node, index) => {
    places[index * 2] = node.x ?? 0;
    places[index * 2 + 1] = node.y ?? 0;
  });
  self.postMessage({ places, done } satisfies LayoutAnswer, { transfer: [places.buffer] });
}
