import { expect, test } from 'vitest';
import { seriesLooks } from '../../lib/series';
import { NAMED_MAX, REST, stackTrend } from './trend';

test('the parts of a bar add up to its total, the rest as one part', () => {
  const by_service = Object.fromEntries(
    Array.from({ length: NAMED_MAX + 3 }, (_, index) => [`s${index}`, index + 1]),
  );
  const { names, stacks } = stackTrend([{ time: 't', errors: 60, by_service }], 'service');
  expect(names.at(-1)).toBe(REST);
  expect(names).toHaveLength(NAMED_MAX + 1);
  expect(stacks[0]?.parts.reduce((a, b) => a + b, 0)).toBe(60);
});

test('a server without a breakdown still gives a trend', () => {
  expect(stackTrend([{ time: 't', errors: 4 }], 'type')).toEqual({
    names: [REST],
    stacks: [{ time: 't', total: 4, parts: [4] }],
  });
});

test('colours are stable per project, distinct for six, hatched from the seventh', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const looks = seriesLooks('shop', names);
  expect(seriesLooks('shop', [...names].reverse())).toEqual(looks);
  const plain = names.slice(0, 6).map((name) => looks.get(name)?.colour);
  expect(new Set(plain).size).toBe(6);
  expect(looks.get('g')?.hatched).toBe(true);
});
