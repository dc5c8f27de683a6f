/**
 * A trace as the views need it: spans depth first, siblings by start, times relative to the earliest start.
 *
 * Reads spans in any order, repeats possible. A span whose parent is not there stands on top, marked orphan; a ring is
 * cut at its earliest start, marked cycle. No recursion: a chain of 100,000 spans is just a long loop. O(n log n).
 */
import type { Span } from '../../api/types';
import { nanosOf, parseNanos } from '../../lib/time';

export const FLAG_ORPHAN = 1;
export const FLAG_CYCLE = 2;
export const FLAG_SKEWED = 4;
export const FLAG_LATE = 8;

export interface TraceModel {
  /** In display order; every array below is indexed alike. */
  spans: Span[];
  parent: Int32Array;
  depth: Int32Array;
  /** How many rows the subtree has, itself included: the next sibling is at `index + size[index]`. */
  size: Int32Array;
  /** Nanoseconds since the trace's start. */
  start: Float64Array;
  end: Float64Array;
  error: Uint8Array;
  path: Uint8Array;
  flags: Uint8Array;
  indexOf: Map<string, number>;
  services: string[];
  /** Of the whole trace, in nanoseconds; at least 1. */
  duration: number;
  /** Deepest level. */
  levels: number;
  errors: number;
}

export interface ModelOptions {
  /** Spans known to be the failing path; without them, the ancestors of every failing span. */
  pathIds?: readonly string[];
  skewed?: boolean;
}

export function buildTrace(input: readonly Span[], options: ModelOptions = {}): TraceModel {
  const spans = unique(input);
  const count = spans.length;
  const starts = spans.map((span) => nanosOf(span.start_ns) ?? parseNanos(span.start ?? '') ?? 0n);
  const ends = spans.map(
    (span, index) => nanosOf(span.end_ns) ?? parseNanos(span.end ?? '') ?? starts[index] ?? 0n,
  );
  const base =
    starts.reduce<bigint | null>((least, at) => (least === null || at < least ? at : least), null) ?? 0n;
  const from = Float64Array.from(starts, (at) => Number(at - base));
  const to = Float64Array.from(ends, (at, index) => Math.max(Number(at - base), from[index] ?? 0));
  const byId = new Map(spans.map((span, index) => [span.span_id, index]));
  const { order, parents, cut } = arrange(spans, byId, from);

  const place = new Int32Array(count);
  order.forEach((old, row) => {
    place[old] = row;
  });
  const model: TraceModel = {
    spans: order.map((old) => spans[old] as Span),
    parent: new Int32Array(count).fill(-1),
    depth: new Int32Array(count),
    size: new Int32Array(count).fill(1),
    start: Float64Array.from(order, (old) => from[old] ?? 0),
    end: Float64Array.from(order, (old) => to[old] ?? 0),
    error: new Uint8Array(count),
    path: new Uint8Array(count),
    flags: new Uint8Array(count),
    indexOf: new Map(),
    services: [],
    duration: 1,
    levels: 0,
    errors: 0,
  };
  const services = new Set<string>();
  order.forEach((old, row) => {
    const span = spans[old] as Span;
    const above = parents[old] ?? -1;
    const parent = above < 0 ? -1 : (place[above] ?? -1);
    model.parent[row] = parent;
    model.depth[row] = parent < 0 ? 0 : (model.depth[parent] ?? 0) + 1;
    model.levels = Math.max(model.levels, (model.depth[row] ?? 0) + 1);
    model.duration = Math.max(model.duration, model.end[row] ?? 0);
    model.indexOf.set(span.span_id, row);
    services.add(span.service);
    const failed = isError(span);
    model.error[row] = failed ? 1 : 0;
    model.errors += failed ? 1 : 0;
    let flags = cut.has(old) ? FLAG_CYCLE : 0;
    if (parent < 0 && span.parent_span_id && !cut.has(old)) flags |= FLAG_ORPHAN;
    if (span.flags?.includes('skewed')) flags |= FLAG_SKEWED;
    if (span.flags?.includes('late')) flags |= FLAG_LATE;
    model.flags[row] = flags;
  });
  for (let row = count - 1; row >= 0; row -= 1) {
    const parent = model.parent[row] ?? -1;
    if (parent >= 0) model.size[parent] = (model.size[parent] ?? 1) + (model.size[row] ?? 1);
  }
  markPath(model, options.pathIds);
  model.services = [...services];
  return model;
}

export function isError(span: Span): boolean {
  return (
    /error/i.test(span.status ?? '') ||
    (span.events ?? []).some((event) => event.name === 'exception' && /error/i.test(span.status ?? ''))
  );
}

/** The later of two spans with one id wins: it is the completed one. */
function unique(input: readonly Span[]): Span[] {
  const byKey = new Map<string, Span>();
  for (const span of input) byKey.set(span.span_id, span);
  return [...byKey.values()];
}

function arrange(spans: Span[], byId: Map<string, number>, from: Float64Array) {
  const count = spans.length;
  const parents = new Int32Array(count).fill(-1);
  const children: number[][] = Array.from({ length: count }, () => []);
  const cut = new Set<number>();
  spans.forEach((span, index) => {
    const above = span.parent_span_id ? byId.get(span.parent_span_id) : undefined;
    if (above === undefined) return;
    if (above === index) cut.add(index);
    else parents[index] = above;
  });
  const early = (a: number, b: number) => (from[a] ?? 0) - (from[b] ?? 0) || a - b;
  for (const index of inRings(parents, early)) {
    parents[index] = -1;
    cut.add(index);
  }
  for (let index = 0; index < count; index += 1) {
    const above = parents[index] ?? -1;
    if (above >= 0) children[above]?.push(index);
  }
  for (const list of children) list.sort(early);
  const roots = Array.from({ length: count }, (_, index) => index).filter(
    (index) => (parents[index] ?? -1) < 0,
  );
  roots.sort(early);
  const order: number[] = [];
  const stack = roots.reverse();
  while (stack.length > 0) {
    const index = stack.pop() as number;
    order.push(index);
    const list = children[index] ?? [];
    for (let at = list.length - 1; at >= 0; at -= 1) stack.push(list[at] as number);
  }
  return { order, parents, cut };
}

/** Of every ring of parents, the span that starts first. */
function inRings(parents: Int32Array, early: (a: number, b: number) => number): number[] {
  const state = new Uint8Array(parents.length);
  const found: number[] = [];
  for (let first = 0; first < parents.length; first += 1) {
    const walk: number[] = [];
    let at = first;
    while (at >= 0 && state[at] === 0) {
      state[at] = 1;
      walk.push(at);
      at = parents[at] ?? -1;
    }
    if (at >= 0 && state[at] === 1) {
      const ring = walk.slice(walk.indexOf(at));
      found.push(ring.sort(early)[0] as number);
    }
    for (const index of walk) state[index] = 2;
  }
  return found;
}

function markPath(model: TraceModel, ids: readonly string[] | undefined): void {
  const marked: number[] = [];
  if (ids && ids.length > 0) for (const id of ids) marked.push(model.indexOf.get(id) ?? -1);
  if (!marked.some((row) => row >= 0))
    for (let row = 0; row < model.spans.length; row += 1) if (model.error[row]) marked.push(row);
  for (let row of marked) {
    while (row >= 0 && model.path[row] === 0) {
      model.path[row] = 1;
      row = model.parent[row] ?? -1;
    }
  }
}
