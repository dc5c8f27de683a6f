// Korean text belongs to the catalogue: fails where a component holds Hangul, and where a catalogue text is empty.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const HANGUL = /[\uac00-\ud7a3]/;
const ALLOWED = [
  /^i18n\//,
  /\.test\.tsx?$/,
  /^app\/Topbar\.tsx$/,
  /^features\/landing\/Landing\.tsx$/,
  /serviceRows\.ts$/,
];
let wrong = 0;
for (const name of await readdir('src', { recursive: true })) {
  if (!/\.(tsx?|js)$/.test(name)) continue;
  const lines = (await readFile(join('src', name), 'utf8')).split('\n');
  lines.forEach((line, index) => {
    const code = line.replace(/\/\/.*|\/?\*.*$/, '');
    if (HANGUL.test(code) && !ALLOWED.some((pattern) => pattern.test(name))) {
      console.error(`src/${name}:${index + 1}: text outside the catalogues`);
      wrong += 1;
    }
    if (/^i18n\/(ko|en)\.ts$/.test(name) && /: ''/.test(line)) {
      console.error(`src/${name}:${index + 1}: empty text`);
      wrong += 1;
    }
  });
}
console.log(wrong === 0 ? 'i18n: every text is in the catalogues' : `i18n: ${wrong} mistakes`);
process.exit(wrong === 0 ? 0 : 1);
