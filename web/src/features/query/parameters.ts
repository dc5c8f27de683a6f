/**
 * `:name` in SQL: fields on the page, bound as literals before sending. Text in quotes, comments and casts (`::bigint`) are
 * left alone. `:project`, `:from` and `:to` are the scope of the page.
 */

export const SCOPE = ['project', 'from', 'to'] as const;

interface Piece {
  text: string;
  name?: string;
}

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|::\s*\w+|:([A-Za-z_]\w*)/g;

function pieces(sql: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of sql.matchAll(TOKEN)) {
    if (match[1] === undefined) continue;
    found.push({ text: sql.slice(from, match.index) }, { text: match[0], name: match[1] });
    from = match.index + match[0].length;
  }
  found.push({ text: sql.slice(from) });
  return found;
}

/** Names in the order of their first use, the scope's own left out. */
export function parametersOf(sql: string): string[] {
  const names = pieces(sql).flatMap((piece) => (piece.name ? [piece.name] : []));
  return [...new Set(names)].filter((name) => !(SCOPE as readonly string[]).includes(name));
}

/** Puts literals in place of names; a name without a value becomes NULL. */
export function bind(sql: string, values: Record<string, string>): string {
  return pieces(sql)
    .map((piece) => (piece.name ? literal(piece.name, values[piece.name]) : piece.text))
    .join('');
}

function literal(name: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'NULL';
  if (name === 'from' || name === 'to') return `TIMESTAMP '${value.replaceAll("'", "''")}'`;
  if (/^-?\d{1,18}(\.\d{1,18})?$/.test(value)) return value;
  return `'${value.replaceAll("'", "''")}'`;
}
