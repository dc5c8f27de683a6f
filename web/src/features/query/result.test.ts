import { int64, TimeUnit, tableFromArrays, tableToIPC, timestamp } from '@uwdata/flechette';
import { expect, test } from 'vitest';
import { fromArrow, fromJson, nanosText, profile, toCsv, toMarkdown } from './result';

const BIG = 9_007_199_254_740_993n;
const NANOS = 1_795_341_600_123_456_789n;

/** The encoder takes moments as float milliseconds alone; ours are 64-bit integers declared as what they are. */
function arrow() {
  const table = tableFromArrays(
    { n: BigInt64Array.of(BIG, -1n), at: BigInt64Array.of(NANOS, NANOS + 1n), s: ['a,"b"', null] },
    { types: { n: int64(), at: int64() }, useBigInt: true },
  );
  Object.assign(table.schema.fields[1] ?? {}, { type: timestamp(TimeUnit.NANOSECOND, 'UTC') });
  return fromArrow(tableToIPC(table, { format: 'stream' }) as Uint8Array, {});
}

test('64-bit integers and nanoseconds come through exactly', () => {
  const result = arrow();
  expect(result.columns.map((column) => column.text(0))).toEqual([
    '9007199254740993',
    '2026-11-22T10:00:00.123456789Z',
    'a,"b"',
  ]);
  expect(result.columns[1]?.text(1)).toBe('2026-11-22T10:00:00.123456790Z');
  expect(result.columns.map((column) => column.kind)).toEqual(['number', 'time', 'text']);
});

test('exports equal the grid', () => {
  expect(toCsv(arrow())).toBe(
    'n,at,s\n9007199254740993,2026-11-22T10:00:00.123456789Z,"a,""b"""\n-1,2026-11-22T10:00:00.123456790Z,\n',
  );
  expect(toMarkdown(fromJson({ columns: [{ name: 'a', type: 'Utf8' }], rows: [{ a: 'x|y' }] }))).toBe(
    '| a |\n|---|\n| x\\|y |',
  );
});

test('a moment before 1970 keeps its nanoseconds', () => {
  expect(nanosText(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
});

test('a profile counts nulls and orders numbers as numbers', () => {
  const [column] = profile(
    fromJson({ columns: [{ name: 'n', type: 'Int64' }], rows: [{ n: '9' }, { n: '10' }, { n: null }] }),
  );
  expect(column).toMatchObject({ distinct: 2, nulls: 1, min: '9', max: '10' });
});
