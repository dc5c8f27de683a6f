import { expect, test } from 'vitest';
import { safeNext } from './next';
import { parseSearch, stringifySearch, texts } from './search';

test('an address reads back as it was written', () => {
  const search = { q: 'service:checkout "a b"', event: '000123', status: 'all' };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
  expect(stringifySearch({ q: '', status: undefined })).toBe('');
});

test('unknown, empty and oversized values count as absent', () => {
  const schema = texts('q', 'status');
  expect(schema({ q: 'x', other: 'y', status: '' })).toEqual({ q: 'x' });
  expect(schema({ q: 'x'.repeat(5000) })).toEqual({});
  expect(schema({ q: { deep: true } })).toEqual({});
});

test('a foreign next is refused', () => {
  for (const bad of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a\nb',
    undefined,
    '/login',
  ]) {
    expect(safeNext(bad), String(bad)).toBeNull();
  }
  expect(safeNext('/p/shop/issues?status=all#log')).toBe('/p/shop/issues?status=all#log');
});
