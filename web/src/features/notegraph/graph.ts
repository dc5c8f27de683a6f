/** The notes graph as the canvas and the table need it: indices, neighbours, what is in focus. */
import type { GraphKind, IssueStatus, NotesGraph } from '../../api/types';

export interface GraphNode {
  id: string;
  kind: GraphKind;
  title: string;
  mine: boolean;
  status: IssueStatus | null;
  /** Of a note: the worst status among its issues, worn as a ring. */
  ring: IssueStatus | null;
}

export interface GraphModel {
  nodes: GraphNode[];
  /** Pairs of node indices. */
  links: Int32Array;
  neighbours: number[][];
  indexOf: Map<string, number>;
}

export function buildGraph(graph: NotesGraph): GraphModel {
  const nodes: GraphNode[] = graph.nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    title: node.title,
    mine: node.mine ?? false,
    status: node.status ?? null,
    ring: null,
  }));
  const indexOf = new Map(nodes.map((node, index) => [node.id, index]));
  const neighbours: number[][] = nodes.map(() => []);
  const pairs: number[] = [];
  for (const link of graph.links) {
    const from = indexOf.get(link.from);
    const to = indexOf.get(link.to);
    if (from === undefined || to === undefined || from === to) continue;
    pairs.push(from, to);
    neighbours[from]?.push(to);
    neighbours[to]?.push(from);
  }
  nodes.forEach((node, index) => {
    if (node.kind !== 'note') return;
    const issues = (neighbours[index] ?? [])
      .map((other) => nodes[other])
      .filter((other) => other?.kind === 'issue');
    if (issues.length > 0)
      node.ring = issues.some((issue) => issue?.status === 'unresolved') ? 'unresolved' : 'resolved';
  });
  return { nodes, links: Int32Array.from(pairs), neighbours, indexOf };
}

/** Everything within `depth` steps of `from`. */
export function within(model: GraphModel, from: number, depth: number): Set<number> {
  const seen = new Set([from]);
  let edge = [from];
  for (let step = 0; step < depth; step += 1) {
    const next: number[] = [];
    for (const index of edge) {
      for (const other of model.neighbours[index] ?? []) {
        if (!seen.has(other)) {
          seen.add(other);
          next.push(other);
        }
      }
    }
    edge = next;
  }
  return seen;
}

/** What stays bright under a filter text; null: everything. */
export function matching(model: GraphModel, text: string): Set<number> | null {
  const needle = text.trim().toLowerCase();
  if (needle === '') return null;
  const found = new Set<number>();
  model.nodes.forEach((node, index) => {
    if (node.title.toLowerCase().includes(needle)) found.add(index);
  });
  return found;
}
