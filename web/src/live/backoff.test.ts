import { expect, test } from 'vitest';
import { backoff } from './backoff';

test('the delay doubles up to thirty seconds and never exceeds it', () => {
  const top = () => 1;
  expect([0, 1, 2, 3, 4, 5, 60].map((attempt) => backoff(attempt, top))).toEqual([
    1000, 2000, 4000, 8000, 16000, 30000, 30000,
  ]);
  expect(backoff(0, () => 0)).toBe(500);
});
