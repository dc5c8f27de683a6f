/** Which rows of a trace are shown: the failing path alone, all, what matches; folded parts say how many they hide. */
import type { TraceModel } from './model';

export interface TraceRow {
  index: number;
  /** More than 0: this row stands for so many hidden spans, children of `parents`. */
  folded: number;
  parents?: number[];
}

export interface RowOptions {
  pathOnly: boolean;
  collapsed: ReadonlySet<number>;
  /** Parents on the path whose other children are shown. */
  unfolded: ReadonlySet<number>;
  matches: ReadonlySet<number> | null;
  matchesOnly: boolean;
}

export function visibleRows(model: TraceModel, options: RowOptions): TraceRow[] {
  if (options.matches && options.matchesOnly) return matching(model, options.matches);
  const rows: TraceRow[] = [];
  const count = model.spans.length;
  const anyPath = options.pathOnly && model.path.includes(1);
  for (let row = 0; row < count; ) {
    const parent = model.parent[row] ?? -1;
    const hidden =
      anyPath &&
      model.path[row] === 0 &&
      parent >= 0 &&
      model.path[parent] === 1 &&
      !options.unfolded.has(parent);
    if (hidden || (anyPath && parent < 0 && model.path[row] === 0)) {
      addFold(rows, parent < 0 ? row : parent, model.size[row] ?? 1);
      row += model.size[row] ?? 1;
      continue;
    }
    rows.push({ index: row, folded: 0 });
    row += options.collapsed.has(row) ? (model.size[row] ?? 1) : 1;
  }
  return rows;
}

/** Neighbouring folded parts are one line. */
function addFold(rows: TraceRow[], parent: number, size: number): void {
  const last = rows.at(-1);
  if (last?.parents) {
    last.folded += size;
    if (!last.parents.includes(parent)) last.parents.push(parent);
  } else rows.push({ index: parent, folded: size, parents: [parent] });
}

function matching(model: TraceModel, matches: ReadonlySet<number>): TraceRow[] {
  const wanted = new Uint8Array(model.spans.length);
  for (let row of matches) {
    while (row >= 0 && wanted[row] === 0) {
      wanted[row] = 1;
      row = model.parent[row] ?? -1;
    }
  }
  const rows: TraceRow[] = [];
  wanted.forEach((yes, index) => {
    if (yes) rows.push({ index, folded: 0 });
  });
  return rows;
}

export function findMatches(model: TraceModel, text: string): Set<number> | null {
  const needle = text.trim().toLowerCase();
  if (needle === '') return null;
  const found = new Set<number>();
  model.spans.forEach((span, index) => {
    if (
      `${span.service} ${span.operation} ${span.span_id} ${span.status_message ?? ''}`
        .toLowerCase()
        .includes(needle)
    )
      found.add(index);
  });
  return found;
}

/** The next row after (or before) `from` for which `wanted` holds, going round. */
export function nextWhere(
  count: number,
  from: number,
  step: 1 | -1,
  wanted: (index: number) => boolean,
): number | null {
  for (let walked = 1; walked <= count; walked += 1) {
    const index = (((from + step * walked) % count) + count) % count;
    if (wanted(index)) return index;
  }
  return null;
}
