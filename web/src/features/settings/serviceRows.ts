/** The rows of the project form: one to start with, pasted lines become rows, the same name twice is told. */

export interface ServiceRow {
  key: number;
  name: string;
  type: string;
}

/** What the type chooser offers; the value is kept as text, a server may know more. */
export const SERVICE_TYPES = [
  'spring',
  'java',
  'django',
  'flask',
  'fastapi',
  'python',
  'node',
  'go',
  'dotnet',
  'ruby',
  'php',
  'rust',
  'other',
] as const;

const SERVICES_MAX = 200;

/** Puts pasted lines (or comma-separated names) at `index`; a line `name type` or `name<TAB>type` brings its type. */
export function pasteRows(
  rows: ServiceRow[],
  index: number,
  text: string,
  nextKey: () => number,
): ServiceRow[] {
  const names = text.split(/[\n,;]+/).map((line) => line.trim());
  const pasted = names
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', type = ''] = line.split(/\s+/);
      const known = SERVICE_TYPES.find((entry) => entry === type.toLowerCase());
      return { key: nextKey(), name, type: known ?? rows[index]?.type ?? 'other' };
    });
  return [...rows.slice(0, index), ...pasted, ...rows.slice(index + 1)].slice(0, SERVICES_MAX);
}

/** Indices of rows whose name stands further up already. */
export function duplicates(rows: readonly { name: string }[]): Set<number> {
  const seen = new Set<string>();
  const repeated = new Set<number>();
  rows.forEach(({ name }, index) => {
    const known = name.trim();
    if (known !== '' && seen.has(known)) repeated.add(index);
    seen.add(known);
  });
  return repeated;
}

/** `내 가게 Shop 2` → `shop-2`; what has no Latin letter or digit leaves it to the person. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
}
