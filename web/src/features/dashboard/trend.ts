/** Buckets of the trend, stacked by service or type: the largest few by name, the rest as one. */
import type { StatsBucket } from '../../api/types';

export const NAMED_MAX = 6;
export const REST = '…';

export interface Stack {
  time: string;
  total: number;
  /** In the order of `names`; adds up to `total`. */
  parts: number[];
}

export function stackTrend(
  series: readonly StatsBucket[],
  by: 'service' | 'type',
): { names: string[]; stacks: Stack[] } {
  const sums = new Map<string, number>();
  for (const bucket of series) {
    for (const [name, count] of Object.entries(partsOf(bucket, by)))
      sums.set(name, (sums.get(name) ?? 0) + count);
  }
  const named = [...sums]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, NAMED_MAX)
    .map(([name]) => name);
  const names = [...named, REST];
  const stacks = series.map((bucket) => {
    const parts = named.map((name) => partsOf(bucket, by)[name] ?? 0);
    const known = parts.reduce((sum, part) => sum + part, 0);
    const total = Math.max(bucket.errors, known);
    return { time: bucket.time, total, parts: [...parts, total - known] };
  });
  const rest = stacks.some((stack) => (stack.parts.at(-1) ?? 0) > 0);
  return rest
    ? { names, stacks }
    : { names: named, stacks: stacks.map((stack) => ({ ...stack, parts: stack.parts.slice(0, -1) })) };
}

function partsOf(bucket: StatsBucket, by: 'service' | 'type'): Record<string, number> {
  return (by === 'service' ? bucket.by_service : bucket.by_type) ?? {};
}
