// End-to-end checks in a real browser. OMEGI_E2E_URL and OMEGI_E2E_SIGN_IN name a running server; without them the mock
// server is started, which can also be broken on purpose. Each check prints one line; any failure ends with exit 1.
import { writeFile } from 'node:fs/promises';
import { launch, signedIn } from './browser.mjs';
import { accessibility } from './checks/accessibility.mjs';
import { detail } from './checks/detail.mjs';
import { failures } from './checks/failures.mjs';
import { frame } from './checks/frame.mjs';
import { lists } from './checks/lists.mjs';
import { notes } from './checks/notes.mjs';
import { query } from './checks/query.mjs';
import { settings } from './checks/settings.mjs';
import { story } from './checks/story.mjs';

const only = process.argv[2];
const base0 = process.env.OMEGI_E2E_URL?.replace(/\/$/, '');
const mock = base0 ? null : await (await import('./mock-server/main.mjs')).startMock();
const base = base0 ?? mock.base;
const signIn = process.env.OMEGI_E2E_SIGN_IN ?? mock?.signIn;

const browser = await launch();
const first = await signedIn(browser, { base, signIn });
const state = await first.storageState();
const results = [];

/** What each check gets: the server, signed-in contexts, and `check(point, name, body)` that records the outcome. */
const kit = {
  base,
  mock,
  request: first.request,
  browser,
  context: (options = {}) => signedIn(browser, { base, state, ...options }),
  stranger: (options = {}) => signedIn(browser, { base, ...options }),
  async check(points, name, body) {
    const started = Date.now();
    mock?.api.setFault('off');
    try {
      await body();
      results.push({ points, name, ok: true });
      console.log(`ok   [${points.join(' ')}] ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      results.push({ points, name, ok: false, error: String(error) });
      console.log(
        `FAIL [${points.join(' ')}] ${name}\n     ${String(error?.message ?? error)
          .split('\n')
          .slice(0, 6)
          .join('\n     ')}`,
      );
    }
  },
};

const suites = { frame, story, lists, detail, notes, query, settings, failures, accessibility };
for (const [name, suite] of Object.entries(suites)) {
  if (only && only !== name) continue;
  try {
    await suite(kit);
  } catch (error) {
    results.push({ points: [], name, ok: false, error: String(error) });
    console.log(`FAIL ${name} could not run: ${error}`);
  }
}
await browser.close();
await mock?.close();
const failed = results.filter((result) => !result.ok);
const points = [...new Set(results.filter((result) => result.ok).flatMap((result) => result.points))].sort(
  (a, b) => a - b,
);
console.log(
  `\n${results.length - failed.length} of ${results.length} checks hold; points ${points.join(' ')}`,
);
if (process.env.OMEGI_E2E_REPORT)
  await writeFile(process.env.OMEGI_E2E_REPORT, JSON.stringify(results, null, 1));
process.exit(failed.length === 0 ? 0 : 1);
