import { expect, test } from 'vitest';
import type { Span } from '../../api/types';
import { buildTrace, FLAG_CYCLE, FLAG_ORPHAN } from './model';
import { findMatches, nextWhere, visibleRows } from './rows';

const span = (
  span_id: string,
  parent: string | null,
  start: number,
  end: number,
  extra: Partial<Span> = {},
): Span => ({
  span_id,
  parent_span_id: parent,
  service: 's',
  operation: span_id,
  kind: 'INTERNAL',
  start: '',
  end: '',
  start_ns: String(1_700_000_000_000_000_000n + BigInt(start)),
  end_ns: String(1_700_000_000_000_000_000n + BigInt(end)),
  status: 'UNSET',
  ...extra,
});
const none = new Set<number>();
const ALL = { pathOnly: false, collapsed: none, unfolded: none, matches: null, matchesOnly: false };

const shop = [
  span('leaf', 'mid', 20, 30, { status: 'ERROR' }),
  span('root', null, 0, 100),
  span('late', 'root', 60, 90),
  span('mid', 'root', 10, 50, { status: 'ERROR' }),
  span('early', 'root', 5, 8),
];

test('spans come depth first, siblings by start, times relative to the trace', () => {
  const model = buildTrace(shop);
  expect(model.spans.map((each) => each.span_id)).toEqual(['root', 'early', 'mid', 'leaf', 'late']);
  expect([...model.depth]).toEqual([0, 1, 1, 2, 1]);
  expect([...model.size]).toEqual([5, 1, 2, 1, 1]);
  expect(model.start[3]).toBe(20);
  expect(model.duration).toBe(100);
  expect(model.errors).toBe(2);
});

test('path only shows the ancestors of the failing span and says how many siblings it folds', () => {
  const model = buildTrace(shop);
  const rows = visibleRows(model, { ...ALL, pathOnly: true });
  expect(rows).toEqual([
    { index: 0, folded: 0 },
    { index: 0, folded: 1, parents: [0] },
    { index: 2, folded: 0 },
    { index: 3, folded: 0 },
    { index: 0, folded: 1, parents: [0] },
  ]);
  expect(visibleRows(model, { ...ALL, pathOnly: true, unfolded: new Set([0]) })).toHaveLength(5);
});

test('rows of a trace without any failure are all shown, path only or not', () => {
  const model = buildTrace([span('a', null, 0, 9), span('b', 'a', 1, 2)]);
  expect(visibleRows(model, { ...ALL, pathOnly: true })).toHaveLength(2);
});

test('edge_09 a ring of parents is cut at its earliest start; edge_08 its own parent too; nothing hangs', () => {
  const ring = Array.from({ length: 1000 }, (_, index) =>
    span(`r${index}`, `r${(index + 1) % 1000}`, 1000 - index, 2000),
  );
  const model = buildTrace([...ring, span('self', 'self', 5, 6)]);
  expect(model.spans).toHaveLength(1001);
  expect(model.flags.filter((flag) => flag === FLAG_CYCLE)).toHaveLength(2);
  expect(model.spans[0]?.span_id).toBe('r999');
});

test('edge_10 a span without its parent stands on top, marked', () => {
  const model = buildTrace([span('a', null, 0, 9), span('b', 'gone', 3, 4)]);
  expect(model.flags[1]).toBe(FLAG_ORPHAN);
  expect(model.depth[1]).toBe(0);
});

test('edge_13 a chain of 100,000 spans and edge_15 a star of 50,000 are laid out', () => {
  const chain = Array.from({ length: 100_000 }, (_, index) =>
    span(`c${index}`, index === 0 ? null : `c${index - 1}`, index, 200_000),
  );
  expect(buildTrace(chain).levels).toBe(100_000);
  const star = Array.from({ length: 50_001 }, (_, index) =>
    span(`s${index}`, index === 0 ? null : 's0', index, 60_000),
  );
  expect(buildTrace(star).size[0]).toBe(50_001);
});

test('edge_41 an end before its start has no length', () => {
  const model = buildTrace([span('a', null, 50, 10)]);
  expect(model.end[0]).toBe(model.start[0]);
});

test('search finds by service, operation and id; matches only keeps their ancestors', () => {
  const model = buildTrace(shop);
  const matches = findMatches(model, 'LEAF');
  expect([...(matches ?? [])]).toEqual([3]);
  expect(visibleRows(model, { ...ALL, matches, matchesOnly: true }).map((row) => row.index)).toEqual([
    0, 2, 3,
  ]);
  expect(findMatches(model, '  ')).toBeNull();
});

test('next error goes round in both directions', () => {
  const isError = (index: number) => index === 2 || index === 3;
  expect(nextWhere(5, 3, 1, isError)).toBe(2);
  expect(nextWhere(5, 2, -1, isError)).toBe(3);
  expect(nextWhere(5, 0, 1, () => false)).toBeNull();
});
