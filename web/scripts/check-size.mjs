// Size budgets of the built bundle, from the manifest: what each first view loads, gzipped. Fails beyond.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = 'dist';
const KB = 1000;
const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
const gz = (file) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;

/** Every chunk that loads with these, by static import. */
function closure(...sources) {
  const seen = new Set();
  const walk = (name) => {
    if (seen.has(name) || !manifest[name]) return;
    seen.add(name);
    for (const next of manifest[name].imports ?? []) walk(next);
  };
  for (const source of sources) walk(source);
  return seen;
}

const files = (chunks) =>
  [...new Set([...chunks].map((name) => manifest[name].file))].filter((file) => file.endsWith('.js'));
const sum = (names) => names.reduce((total, file) => total + gz(file), 0);
const load = (...sources) => sum(files(closure(...sources)));
/** What `sources` add to a page on which `base` is there already. */
function extra(base, ...sources) {
  const have = new Set(files(closure(...base)));
  return sum(files(closure(...sources)).filter((file) => !have.has(file)));
}

const has = (source) => source in manifest;
const main = ['index.html', 'src/i18n/ko.ts'];
const app = [...main, 'src/app/App.tsx'];
const shell = [...app, 'src/app/Shell.tsx'];
const reader = [...shell, 'src/features/notes/NotePage.tsx'];
const dashboard = [...shell, 'src/features/dashboard/Dashboard.tsx', 'src/features/dashboard/FlowGraph.tsx'];
const all = readdirSync(DIST, { recursive: true })
  .map(String)
  .filter(
    (name) => statSync(join(DIST, name)).isFile() && !/\.(br|gz)$/.test(name) && !name.startsWith('.vite'),
  );
const fonts = all.filter((name) => name.endsWith('.woff2'));
const bytes = (names) => names.reduce((total, name) => total + statSync(join(DIST, name)).size, 0);

const rows = [
  ['landing, JS', load(...main, 'src/features/landing/Landing.tsx'), 115 * KB],
  ['first app route, JS', load(...shell, 'src/features/issues/IssuesPage.tsx'), 210 * KB],
  ['dashboard complete, JS', load(...dashboard), 310 * KB],
  [
    'note editor, extra JS',
    extra(reader, 'src/features/notes/NoteSheet.tsx', 'src/features/notes/MarkdownEditor.tsx'),
    130 * KB,
  ],
  ['note reader, extra JS', extra(shell, 'src/features/notes/NotePage.tsx'), 65 * KB],
  [
    'query, extra JS',
    extra(shell, 'src/features/query/QueryPage.tsx', 'src/features/query/SqlEditor.tsx'),
    150 * KB,
  ],
  [
    'notes graph, extra JS',
    extra([...shell, 'src/features/notes/NotesPage.tsx'], 'src/features/notegraph/NoteGraphPanel.tsx'),
    20 * KB,
  ],
  ['CSS of the dashboard', cssOf(...dashboard), 25 * KB],
  ['dist without fonts, gzipped', sum2(all.filter((name) => !name.endsWith('.woff2'))), 1_000 * KB],
  ['fonts', bytes(fonts), 3_300 * KB],
];

/** Style sheets that a page loads: those of all its chunks. */
function cssOf(...sources) {
  const sheets = new Set([...closure(...sources)].flatMap((name) => manifest[name].css ?? []));
  return sum2([...sheets]);
}

function sum2(names) {
  return names.reduce((total, name) => total + gz(name), 0);
}

let over = 0;
for (const [name, size, budget] of rows) {
  const fits = size <= budget;
  if (!fits) over += 1;
  console.log(
    `${fits ? 'ok  ' : 'OVER'} ${name.padEnd(30)} ${(size / KB).toFixed(1).padStart(8)} KB of ${(budget / KB).toFixed(0)} KB`,
  );
}
const remote = all
  .filter((name) => /\.(js|css|html)$/.test(name))
  .filter((name) =>
    /(?:src|href|url\(|import\()\s*=?\s*["'(]*https?:\/\//.test(readFileSync(join(DIST, name), 'utf8')),
  );
if (remote.length > 0) {
  console.log(`OVER remote assets in ${remote.join(', ')}`);
  over += 1;
}
if (!has('index.html')) throw new Error('no manifest entry for index.html: build first');
process.exit(over === 0 ? 0 : 1);
