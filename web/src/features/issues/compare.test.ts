import { expect, test } from 'vitest';
import type { ErrorDetail } from '../../api/types';
import { compareErrors } from './compare';

const error = (extra: Partial<ErrorDetail>): ErrorDetail =>
  ({
    type: 'T',
    message: 'm',
    environment: null,
    release: '1',
    time: 't',
    origin: { service: 's', operation: 'o', span_id: null },
    verdict: { state: 'complete', reason: null },
    exceptions: [],
    path: [],
    attributes: {},
    ...extra,
  }) as unknown as ErrorDetail;

test('what differs comes first, what one side lacks is a difference', () => {
  const { facts, attributes } = compareErrors(
    error({ release: '1', attributes: { a: 1, same: 'x' } }),
    error({ release: '2', attributes: { same: 'x', z: [2] } }),
  );
  expect(facts[0]).toEqual({ name: 'release', a: '1', b: '2', equal: false });
  expect(attributes.map((row) => [row.name, row.a, row.b])).toEqual([
    ['a', '1', null],
    ['z', null, '[2]'],
    ['same', 'x', 'x'],
  ]);
});
