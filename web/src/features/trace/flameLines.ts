/**
 * The line of each span in the flame view: below its parent, and where siblings run at the same time, on lines of their own.
 * A span that finds no line within `linesMax` gets -1 and is not drawn; the rows of the other views still show it.
 */
import type { TraceModel } from './model';

export function flameLines(model: TraceModel, linesMax: number): Int32Array {
  const count = model.spans.length;
  const lines = new Int32Array(count).fill(-1);
  // By start, a parent before its child where both start at once.
  const order = Array.from({ length: count }, (_, row) => row).sort(
    (a, b) => (model.start[a] ?? 0) - (model.start[b] ?? 0) || a - b,
  );
  const busyUntil: number[] = [];
  for (const row of order) {
    const parent = model.parent[row] ?? -1;
    const above = parent < 0 ? -1 : (lines[parent] ?? -1);
    if (parent >= 0 && above < 0) continue;
    const start = model.start[row] ?? 0;
    let line = above + 1;
    while (line < linesMax && (busyUntil[line] ?? Number.NEGATIVE_INFINITY) > start) line += 1;
    if (line >= linesMax) continue;
    lines[row] = line;
    busyUntil[line] = Math.max(model.end[row] ?? start, busyUntil[line] ?? 0);
  }
  return lines;
}
