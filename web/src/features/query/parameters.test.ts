import { expect, test } from 'vitest';
import { bind, parametersOf } from './parameters';

test('names are found outside quotes, comments and casts, each once', () => {
  const sql = `SELECT ':no', "a:b", x::bigint -- :no
    FROM errors /* :no */ WHERE type = :type AND project = :project AND n > :limit AND type = :type`;
  expect(parametersOf(sql)).toEqual(['type', 'limit']);
});

test('values are bound as literals and cannot end them', () => {
  expect(bind('a = :a AND b = :b AND c = :c', { a: "x'; DROP TABLE errors --", b: '42' })).toBe(
    "a = 'x''; DROP TABLE errors --' AND b = 42 AND c = NULL",
  );
  expect(bind('t >= :from', { from: '2026-01-01T00:00:00Z' })).toBe("t >= TIMESTAMP '2026-01-01T00:00:00Z'");
});
