import { expect, test } from 'vitest';
import type { Flow, FlowEdge, FlowNode } from '../../api/types';
import { placeNodes, structureOf } from './layout';

const node = (service: string, extra: Partial<FlowNode> = {}): FlowNode => ({
  service,
  type: null,
  kind: 'service',
  state: 'healthy',
  unresolved: 0,
  requests: 1,
  errors: 0,
  p99_ms: 1,
  ...extra,
});
const edge = (from: string, to: string): FlowEdge => ({
  from,
  to,
  requests: 1,
  errors: 0,
  p99_ms: 1,
  last_seen: null,
  failing: false,
});
const flow: Flow = {
  nodes: [node('gateway'), node('checkout'), node('payment'), node('stock')],
  edges: [
    edge('gateway', 'checkout'),
    edge('checkout', 'payment'),
    edge('checkout', 'stock'),
    edge('stock', 'stock'),
  ],
};

test('places depend on structure alone, not on order, states or counts', () => {
  const shuffled: Flow = {
    nodes: [...flow.nodes]
      .reverse()
      .map((each) => ({ ...each, state: 'origin', unresolved: 9, requests: 77 })),
    edges: [...flow.edges].reverse(),
  };
  expect(placeNodes(shuffled, 'LR')).toEqual(placeNodes(flow, 'LR'));
  expect(structureOf(shuffled)).toBe(structureOf(flow));
});

test('a caller stands before what it calls', () => {
  const places = placeNodes(flow, 'LR');
  expect(places.gateway?.x).toBeLessThan(places.checkout?.x ?? 0);
  expect(places.checkout?.x).toBeLessThan(places.payment?.x ?? 0);
});

test('a call to an unlisted service and a ring do not break the layout', () => {
  const odd: Flow = {
    nodes: [node('a'), node('b')],
    edges: [edge('a', 'b'), edge('b', 'a'), edge('a', 'gone')],
  };
  expect(Object.keys(placeNodes(odd, 'TB')).sort()).toEqual(['a', 'b']);
});
