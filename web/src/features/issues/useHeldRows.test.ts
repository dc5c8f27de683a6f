import { expect, test } from 'vitest';
import { holdRows } from './useHeldRows';

const rows = (...ids: string[]) => ids.map((id) => ({ id, count: 0 }));
const ids = (list: { id: string }[]) => list.map((row) => row.id).join('');

test('a held list keeps its order while rows change place, and counts what is new', () => {
  const { rows: shown, waiting } = holdRows(
    rows('a', 'b', 'c'),
    [{ id: 'n', count: 1 }, { id: 'c', count: 5 }, ...rows('a', 'b')],
    new Set('abc'),
  );
  expect(ids(shown)).toBe('abc');
  expect(shown[2]?.count).toBe(5);
  expect(waiting).toBe(1);
});

test('what left is gone, an undone row returns to its place, an older page comes below', () => {
  expect(ids(holdRows(rows('a', 'b', 'c'), rows('a', 'c'), new Set('abc')).rows)).toBe('ac');
  expect(ids(holdRows(rows('a', 'c'), rows('a', 'b', 'c'), new Set('abc')).rows)).toBe('abc');
  expect(ids(holdRows(rows('a', 'b'), rows('a', 'b', 'y', 'z'), new Set('ab')).rows)).toBe('abyz');
  expect(ids(holdRows(rows('b', 'c'), rows('a', 'b', 'c'), new Set('abc')).rows)).toBe('abc');
});
