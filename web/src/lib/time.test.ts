import { expect, test } from 'vitest';
import { duration, millisOf, nanosOf, parseNanos, relative } from './time';

test('nanoseconds survive parsing exactly', () => {
  expect(parseNanos('2026-11-22T10:00:00.123456789Z')).toBe(1795341600123456789n);
  expect(parseNanos('2026-11-22T10:00:00Z')).toBe(1795341600000000000n);
  expect(parseNanos('2026-11-22T10:00:00.5+09:00')).toBe(1795309200500000000n);
});

test('what is not a time is null, not NaN', () => {
  for (const bad of ['', 'yesterday', '2026-99-99T10:00:00Z', '1700000000'])
    expect(parseNanos(bad)).toBeNull();
  expect(millisOf(undefined)).toBeNull();
  expect(nanosOf('12x')).toBeNull();
});

test('durations read in the largest fitting unit', () => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [950, '950 ns'],
    [12_300, '12 µs'],
    [12_300_000, '12.3 ms'],
    [1_500_000_000, '1.5 s'],
    [90e9, '1.5 min'],
    [Number.NaN, '0 ms'],
  ];
  for (const [nanos, text] of cases) expect(duration(nanos)).toBe(text);
});

test('a moment reads relative to now in the language', () => {
  expect(relative(0, 60_000, 'ko', '방금')).toBe('1분 전');
  expect(relative(0, 2_000, 'en', 'just now')).toBe('just now');
});
