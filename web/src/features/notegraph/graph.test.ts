import { expect, test } from 'vitest';
import { buildGraph, matching, within } from './graph';

const model = buildGraph({
  nodes: [
    { id: 'a', kind: 'note', title: '결제 실패', mine: true },
    { id: 'b', kind: 'note', title: 'Pools' },
    { id: 'i', kind: 'issue', title: 'NPE', status: 'unresolved' },
    { id: 't', kind: 'tag', title: 'db' },
  ],
  links: [
    { from: 'a', to: 'i', kind: 'issue' },
    { from: 'a', to: 'b', kind: 'link' },
    { from: 'b', to: 't', kind: 'tag' },
    { from: 'a', to: 'gone', kind: 'link' },
    { from: 'b', to: 'b', kind: 'link' },
  ],
});

test('links to nothing and to itself are left out; a note wears its issue’s colour', () => {
  expect([...model.links]).toEqual([0, 2, 0, 1, 1, 3]);
  expect(model.nodes.map((node) => node.ring)).toEqual(['unresolved', null, null, null]);
});

test('focus reaches as deep as asked', () => {
  expect([...within(model, 2, 1)].sort()).toEqual([0, 2]);
  expect([...within(model, 2, 2)].sort()).toEqual([0, 1, 2]);
  expect(within(model, 2, 3).size).toBe(4);
});

test('a filter finds Korean by part and nothing filters nothing', () => {
  expect([...(matching(model, '실패') ?? [])]).toEqual([0]);
  expect(matching(model, ' ')).toBeNull();
});
