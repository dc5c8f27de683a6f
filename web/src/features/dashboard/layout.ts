/**
 * Where the nodes of the service flow stand: the same nodes and edges give the same places, whatever their order.
 * Dragged places win. Live events change colours, never places.
 */
import { Graph, layout } from '@dagrejs/dagre';
import type { Flow } from '../../api/types';

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 52;

export type Direction = 'LR' | 'TB';
export type Places = Record<string, { x: number; y: number }>;

export function placeNodes(flow: Flow, direction: Direction): Places {
  const graph = new Graph();
  graph.setGraph({
    rankdir: direction,
    nodesep: direction === 'LR' ? 26 : 36,
    ranksep: 68,
    marginx: 16,
    marginy: 16,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const name of flow.nodes.map((node) => node.service).sort())
    graph.setNode(name, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const edges = flow.edges
    .map((edge) => [edge.from, edge.to] as const)
    .sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1));
  for (const [from, to] of edges)
    if (from !== to && graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to);
  layout(graph);
  const places: Places = {};
  for (const name of graph.nodes()) {
    const node = graph.node(name) as { x: number; y: number };
    places[name] = { x: Math.round(node.x - NODE_WIDTH / 2), y: Math.round(node.y - NODE_HEIGHT / 2) };
  }
  return places;
}

/** Changes only when nodes or edges come or go: counts and states must not move anything. */
export function structureOf(flow: Flow): string {
  const nodes = flow.nodes.map((node) => node.service).sort();
  const edges = flow.edges.map((edge) => `${edge.from}>${edge.to}`).sort();
  return JSON.stringify([nodes, edges]);
}
