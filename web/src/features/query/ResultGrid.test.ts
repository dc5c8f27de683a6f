import { expect, test } from 'vitest';
import { firstRow, targetOf } from './ResultGrid';

const ROW = 26;

test('the scroll bar reaches the first and the last row, scaled or not', () => {
  const view = 520;
  for (const rows of [10, 5_000, 1_000_000]) {
    const full = rows * ROW;
    const bar = Math.min(full, 8_000_000);
    expect(firstRow(0, view, full, bar)).toBe(0);
    const last = firstRow(Math.max(0, bar - view), view, full, bar);
    expect(Math.round(last + view / ROW), `${rows} rows`).toBe(Math.max(rows, 20) === 20 ? 20 : rows);
  }
});

test('ids lead to what they name, other values to nothing', () => {
  expect(targetOf('trace_id', 'a'.repeat(32), 'shop')).toBe(`/p/shop/traces/${'a'.repeat(32)}`);
  expect(targetOf('issue_id', '../x', 'shop')).toBe('/p/shop/issues/..%2Fx');
  expect(targetOf('name', 'x', 'shop')).toBeNull();
});
