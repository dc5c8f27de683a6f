/** Delay before attempt `n` (from 0): 1, 2, 4 … 30 s, each shortened by up to a half at random so that tabs spread. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 1_000 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random() / 2));
}
