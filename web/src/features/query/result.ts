/** A query's answer as the grid, the chart and the exports read it: exact for 64-bit integers and nanoseconds. */
import { type Table, tableFromIPC } from '@uwdata/flechette';
import type { SqlStats } from '../../api/types';

export type ColumnKind = 'number' | 'time' | 'text' | 'other';

export interface ResultColumn {
  name: string;
  type: string;
  kind: ColumnKind;
  /** As shown and exported; null for NULL. */
  text: (row: number) => string | null;
  /** For charts and bars only: may round. */
  number: (row: number) => number;
}

export interface Result {
  columns: ResultColumn[];
  rows: number;
  stats: SqlStats;
  /** What arrived, for the Arrow export. */
  arrow: Uint8Array | null;
}

interface JsonAnswer {
  columns: { name: string; type: string }[];
  rows: Record<string, unknown>[];
  stats?: SqlStats;
}

export function fromJson(answer: JsonAnswer): Result {
  const columns = answer.columns.map(({ name, type }): ResultColumn => {
    const kind = kindOf(type);
    const at = (row: number) => answer.rows[row]?.[name];
    return {
      name,
      type,
      kind,
      text: (row) => show(at(row)),
      number: (row) => (kind === 'time' ? Date.parse(String(at(row))) : Number(at(row))),
    };
  });
  return { columns, rows: answer.rows.length, stats: answer.stats ?? {}, arrow: null };
}

const TIMESTAMP = 10;
const NANOS_PER_UNIT = [1_000_000_000n, 1_000_000n, 1_000n, 1n];

export function fromArrow(bytes: Uint8Array, stats: SqlStats): Result {
  const table = tableFromIPC(bytes, { useBigInt: true });
  return {
    columns: table.schema.fields.map((_, index) => arrowColumn(table, index)),
    rows: table.numRows,
    stats,
    arrow: bytes,
  };
}

function arrowColumn(table: Table, index: number): ResultColumn {
  const field = table.schema.fields[index];
  const column = table.getChildAt(index);
  const type = field?.type as { typeId: number; unit?: number; dictionary?: { typeId: number } } | undefined;
  const name = field?.name ?? '';
  if (type?.typeId === TIMESTAMP) {
    const unit = NANOS_PER_UNIT[type.unit ?? 3] ?? 1n;
    // The column's own accessor gives float milliseconds; the raw values are exact.
    const raw = (row: number) => rawTime(column, row);
    return {
      name,
      type: 'timestamp',
      kind: 'time',
      text: (row) => {
        const value = raw(row);
        return value === null ? null : nanosText(value * unit);
      },
      number: (row) => Number(((raw(row) ?? 0n) * unit) / 1_000_000n),
    };
  }
  const label = typeLabel(type?.typeId);
  return {
    name,
    type: label,
    kind: kindOf(label),
    text: (row) => show(column.at(row)),
    number: (row) => Number(column.at(row)),
  };
}

type RawBatch = { length: number; values: unknown; validity: Uint8Array; nullCount: number };

function rawTime(column: { data: readonly unknown[] }, row: number): bigint | null {
  let at = row;
  for (const batch of column.data as RawBatch[]) {
    if (at >= batch.length) {
      at -= batch.length;
      continue;
    }
    if (batch.nullCount > 0 && ((batch.validity[at >> 3] ?? 0) & (1 << (at & 7))) === 0) return null;
    return (batch.values as BigInt64Array)[at] ?? null;
  }
  return null;
}

export function nanosText(nanos: bigint): string {
  const second = 1_000_000_000n;
  const whole = nanos / second - (nanos < 0n && nanos % second !== 0n ? 1n : 0n);
  const rest = nanos - whole * second;
  return `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}.${String(rest).padStart(9, '0')}Z`;
}

function typeLabel(id: number | undefined): string {
  const names: Record<number, string> = {
    [-1]: 'text',
    2: 'integer',
    3: 'float',
    4: 'bytes',
    5: 'text',
    6: 'boolean',
    7: 'decimal',
    8: 'date',
    9: 'time',
    17: 'map',
    12: 'list',
    13: 'struct',
    20: 'text',
    18: 'duration',
    24: 'text',
  };
  return names[id ?? 0] ?? 'value';
}

function kindOf(type: string): ColumnKind {
  if (/^(u?int|float|double|decimal|integer|bigint)/i.test(type)) return 'number';
  if (/^(timestamp|date)/i.test(type)) return 'time';
  if (/^(utf8|text|string|varchar|large_?utf8|dictionary)/i.test(type)) return 'text';
  return 'other';
}

export function show(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Map) return JSON.stringify(Object.fromEntries(value), plain);
  return JSON.stringify(value, plain);
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint')
    return value <= 9_007_199_254_740_991n && value >= -9_007_199_254_740_991n
      ? Number(value)
      : String(value);
  return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value;
}

export function toCsv(result: Result): string {
  const cell = (text: string | null) =>
    text === null ? '' : /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [result.columns.map((column) => cell(column.name)).join(',')];
  for (let row = 0; row < result.rows; row += 1)
    lines.push(result.columns.map((column) => cell(column.text(row))).join(','));
  return `${lines.join('\n')}\n`;
}

export function toJson(result: Result): string {
  const rows = Array.from({ length: result.rows }, (_, row) =>
    Object.fromEntries(result.columns.map((column) => [column.name, column.text(row)])),
  );
  return JSON.stringify(rows, null, 1);
}

/** The first rows as a Markdown table, for a note. */
export function toMarkdown(result: Result, rowsMax = 30): string {
  const cell = (text: string | null) =>
    (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 200);
  const head = `| ${result.columns.map((column) => cell(column.name)).join(' | ')} |\n|${result.columns.map(() => '---').join('|')}|`;
  const rows = Array.from(
    { length: Math.min(rowsMax, result.rows) },
    (_, row) => `| ${result.columns.map((column) => cell(column.text(row))).join(' | ')} |`,
  );
  return [head, ...rows].join('\n');
}

export interface ColumnProfile {
  name: string;
  type: string;
  distinct: number;
  /** True where counting stopped at the bound. */
  more: boolean;
  nulls: number;
  min: string | null;
  max: string | null;
}

const DISTINCT_MAX = 10_000;
const PROFILE_ROWS_MAX = 200_000;

export function profile(result: Result): ColumnProfile[] {
  const rows = Math.min(result.rows, PROFILE_ROWS_MAX);
  return result.columns.map((column) => {
    const seen = new Set<string>();
    let nulls = 0;
    let min: string | null = null;
    let max: string | null = null;
    const less = (a: string, b: string) => (column.kind === 'number' ? Number(a) < Number(b) : a < b);
    for (let row = 0; row < rows; row += 1) {
      const text = column.text(row);
      if (text === null) {
        nulls += 1;
        continue;
      }
      if (seen.size < DISTINCT_MAX) seen.add(text);
      if (min === null || less(text, min)) min = text;
      if (max === null || less(max, text)) max = text;
    }
    return {
      name: column.name,
      type: column.type,
      distinct: seen.size,
      more: seen.size >= DISTINCT_MAX,
      nulls,
      min,
      max,
    };
  });
}
