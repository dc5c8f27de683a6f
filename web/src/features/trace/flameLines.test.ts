import { expect, test } from 'vitest';
import type { Span } from '../../api/types';
import { flameLines } from './flameLines';
import { buildTrace } from './model';

const span = (span_id: string, parent: string | null, start: number, end: number): Span => ({
  span_id,
  parent_span_id: parent,
  service: 's',
  operation: span_id,
  kind: 'internal',
  start: '',
  end: '',
  start_ns: String(start),
  end_ns: String(end),
  status: 'ok',
});

test('siblings one after the other share a line, those at the same time do not', () => {
  const model = buildTrace([
    span('r', null, 0, 100),
    span('a', 'r', 10, 40),
    span('b', 'r', 40, 60),
    span('c', 'r', 20, 80),
    span('d', 'c', 30, 50),
  ]);
  const lines = flameLines(model, 50);
  const line = (id: string) => lines[model.indexOf.get(id) ?? -1];
  expect([line('r'), line('a'), line('b'), line('c'), line('d')]).toEqual([0, 1, 1, 2, 3]);
});

test('what finds no line is left to the rows', () => {
  const model = buildTrace([span('r', null, 0, 9), span('a', 'r', 1, 8), span('b', 'a', 2, 7)]);
  expect([...flameLines(model, 2)]).toEqual([0, 1, -1]);
});
