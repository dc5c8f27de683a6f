// The query console: runs, cancels, is exact, refuses writes, marks mistakes, never runs by itself.
import { settled } from '../browser.mjs';
import { assert, eventually, words } from './expect.mjs';

export async function query({ base, mock, request, context, check }) {
  const session = await (await request.get(`${base}/api/v1/session`)).json();
  const project = session.projects.map((entry) => entry.slug ?? entry)[0];
  const own = await context();
  const page = await own.newPage();
  const open = async (sql) => {
    await page.goto(`${base}/p/${project}/query?sql=${encodeURIComponent(sql)}`);
    await settled(page);
    await page.locator('[data-editor]').waitFor();
  };
  const run = () => page.locator('main').getByRole('button', { name: 'Run', exact: true }).click();

  await check([83], 'a shared link does not run', async () => {
    let asked = 0;
    page.on('request', (sent) => {
      if (sent.url().endsWith('/sql') && sent.postData()?.includes('shared_link')) asked += 1;
    });
    await open('SELECT 1 AS shared_link');
    assert((await words(page)).includes('has not been run'), 'no word of it');
    assert(asked === 0, 'it ran');
  });

  await check([75, 77], 'a query runs, 64-bit integers and nanoseconds are exact', async () => {
    await open('SELECT * FROM spans LIMIT 50');
    await run();
    await page.getByRole('grid').waitFor();
    if (!mock) return;
    await eventually(async () => (await words(page)).includes('9007199254740993'), '64 bits');
    assert(/\.\d{6}456789Z|\d{9}Z/.test(await words(page)), 'nanoseconds');
  });

  await check([76], 'completion knows tables and columns', async () => {
    await open('SELECT * FROM errors WHERE ');
    await page.locator('[data-editor]').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('service_n');
    await eventually(
      () =>
        page.evaluate(() =>
          document
            .querySelector('[data-editor]')
            ?.shadowRoot?.querySelector('.cm-tooltip-autocomplete')
            ?.textContent?.includes('service_name'),
        ),
      'completion',
    );
    await page.keyboard.press('Escape');
  });

  await check([80], 'cells with ids lead to what they name', async () => {
    if (!mock) return;
    await page.route('**/sql', (route) =>
      route.fulfill({
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({
          columns: [{ name: 'trace_id', type: 'Utf8' }],
          rows: [{ trace_id: 'b'.repeat(32) }],
        }),
      }),
    );
    await open('SELECT trace_id FROM errors');
    await run();
    await page.getByRole('gridcell').getByRole('link').first().click();
    await page.waitForURL(/\/traces\/b{32}/);
    await page.unroute('**/sql');
  });

  await check([78], 'a write is refused clearly', async () => {
    await open('DROP TABLE errors');
    await run();
    await page.getByRole('alert').waitFor();
  });

  await check([81], 'the place of a mistake is marked', async () => {
    await open('SELECT *\nFROM no_such_table');
    await run();
    await page.getByRole('alert').waitFor();
    if (mock) await page.getByText('Line 2, column 6').waitFor();
  });

  await check([79], 'parameters become fields and travel in the address', async () => {
    await open('SELECT * FROM errors WHERE type = :kind AND project = :project');
    await page.getByRole('textbox', { name: ':kind' }).fill('TypeError');
    await page.waitForURL(/vars=kind/);
    assert((await page.getByRole('textbox', { name: ':project' }).count()) === 0, 'scope became a field');
  });

  await check([82], 'a hundred thousand rows: few in the document, first and last reachable', async () => {
    if (!mock) return;
    await page.goto(
      `${base}/p/${project}/query?limit=100000&sql=${encodeURIComponent('SELECT * FROM spans LIMIT 100000')}`,
    );
    await settled(page);
    const started = Date.now();
    await run();
    await page.getByRole('grid').waitFor();
    console.log(`     100,000 rows: first row after ${Date.now() - started} ms`);
    const [rows, last] = await page.getByRole('grid').evaluate(async (grid) => {
      grid.scrollTop = grid.scrollHeight;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const lines = [...grid.querySelectorAll('[role=row]')];
      return [lines.length, Number(lines.at(-1)?.getAttribute('aria-rowindex'))];
    });
    assert(rows < 100, `${rows} rows in the document`);
    assert(last === 100_001, `last row is ${last}`);
  });

  await check([84], 'the result goes into a note', async () => {
    if (!mock) return;
    await page.getByRole('button', { name: 'Result into a note' }).click();
    await page.waitForURL(/side=new/);
    await eventually(
      async () => (await page.getByRole('textbox', { name: 'Title' }).inputValue()) === 'Query',
      'draft',
    );
    await page.getByRole('button', { name: 'Discard the draft' }).click();
  });
  await own.close();
}
