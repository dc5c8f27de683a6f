// The error detail: deep links, the failing span in view, three views in step, frames, log, the large trace.
import { settled } from '../browser.mjs';
import { assert, equal, eventually, words } from './expect.mjs';

export async function detail({ base, mock, request, context, check }) {
  const session = await (await request.get(`${base}/api/v1/session`)).json();
  const project = session.projects.map((entry) => entry.slug ?? entry)[0];
  const json = async (path) => (await request.get(`${base}/api/v1${path}`)).json();
  const issue = (await json(`/projects/${project}/issues?status=unresolved&limit=1`)).items[0];
  const events = (await json(`/issues/${issue.id}/events?limit=5`)).items;
  const error = await json(`/errors/${events[0].id}`);
  const at = `${base}/p/${project}/issues/${issue.id}`;
  const own = await context();
  const page = await own.newPage();

  await check(
    [45, 47],
    'a deep link in a fresh session shows the failing span and the exception beside',
    async () => {
      const fresh = await context();
      const other = await fresh.newPage();
      await other.goto(`${base}/p/${project}/errors/${error.id}`);
      await other.waitForURL(/\/issues\/.*event=/);
      await settled(other);
      if (error.origin.span_id) {
        const span = other.locator(`[data-span="${error.origin.span_id}"]`);
        await span.waitFor();
        const box = await span.boundingBox();
        assert(box && box.y > 0 && box.y < 900, 'the failing span is out of view');
        assert((await span.innerText()).includes('✕'), 'the failing span has no sign');
      }
      assert((await words(other)).includes(error.exceptions[0]?.type ?? error.type), 'no exception');
      await fresh.close();
    },
  );

  await check([46], 'hashes land on their sections', async () => {
    for (const section of ['summary', 'log']) {
      await page.goto(`${at}#${section}`);
      await settled(page);
      await eventually(async () => {
        const box = await page.locator(`#${section}`).boundingBox();
        return box && box.y < 700;
      }, `#${section} in view`);
    }
  });

  await check([48], 'nesting, service and operation match the API', async () => {
    await page.goto(`${at}?event=${error.id}`);
    await settled(page);
    for (const [index, span] of error.path.slice(0, 8).entries()) {
      const row = page.locator(`[data-span="${span.span_id}"]`);
      if ((await row.count()) === 0) continue;
      equal(Number(await row.getAttribute('aria-level')), index + 1, `level of ${span.operation}`);
      assert(
        (await row.getAttribute('aria-label')).startsWith(`${span.service} ${span.operation}`),
        `name of ${span.operation}`,
      );
    }
  });

  await check([49], 'arguments are visible, secrets are said to be masked', async () => {
    if (!mock) return;
    await page.locator(`[data-span="${error.origin.span_id}"]`).click();
    await page.getByRole('heading', { name: 'Arguments' }).waitFor();
    const text = await words(page);
    assert(text.includes('orderId') && text.includes('masked'), 'arguments or mask');
    await page.getByRole('button', { name: 'Close span' }).click();
  });

  await check([50, 51], 'three views share the selection; n walks errors; matches only', async () => {
    await page.goto(`${at}?event=${error.id}`);
    await settled(page);
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('n');
    await page.waitForURL(/span=/);
    const chosen = new URL(page.url()).searchParams.get('span');
    for (const [key, view] of [
      ['1', 'flow'],
      ['3', 'flame'],
      ['2', null],
    ]) {
      await page.keyboard.press(key);
      await eventually(() => new URL(page.url()).searchParams.get('view') === view, `view ${view}`);
      equal(new URL(page.url()).searchParams.get('span'), chosen, `selection in ${view ?? 'waterfall'}`);
    }
    const operation = error.path.at(-1)?.operation;
    if (!operation) return;
    await page.getByRole('searchbox', { name: 'Find spans' }).fill(operation);
    await page.getByRole('button', { name: /Matches only/ }).click();
    await eventually(async () => (await page.locator('[data-match=true]').count()) > 0, 'matches');
  });

  await check([52], 'library frames are folded, the order turns', async () => {
    await page.goto(`${at}?event=${error.id}#summary`);
    await settled(page);
    const folded = page.getByRole('button', { name: /library frame/ });
    if ((await folded.count()) > 0) {
      const count = await page.locator('[data-app=false]').count();
      await folded.first().click();
      await eventually(async () => (await page.locator('[data-app=false]').count()) > count, 'unfolded');
    }
    await page.getByRole('button', { name: 'Outermost first' }).click();
  });

  await check([53], 'the log finds, and a line has an address', async () => {
    await page.goto(`${at}?event=${error.id}#L2-3`);
    await settled(page);
    await eventually(async () => (await page.locator('[data-marked=true]').count()) >= 1, 'marked lines');
    await page
      .getByRole('searchbox', { name: 'Find in log' })
      .fill(error.exceptions[0]?.type.split('.').at(-1) ?? 'a');
    await page
      .getByText(/^\d+ of \d+$/)
      .first()
      .waitFor();
  });

  await check(
    [55],
    'verdict states its reason; a revision comes in place without a second alert',
    async () => {
      if (!mock) return;
      const partial = events.find((event) => event.verdict.state === 'partial');
      await page.goto(`${at}?event=${partial.id}`);
      await settled(page);
      assert((await words(page)).includes('edge-proxy'), 'the missing parent’s service');
      assert((await words(page)).includes('Why this group?'), 'grouping evidence');
      mock.api.revise(partial.id);
      await page.getByText('was revised while you were looking').waitFor();
      assert((await page.getByText('New error:').count()) === 0, 'a second alert');
    },
  );

  await check([58], 'the pager keeps the section', async () => {
    await page.goto(`${at}#log`);
    await settled(page);
    if (events.length < 2) return;
    await page.locator('main').focus();
    await page.keyboard.press('.');
    await page.waitForURL(/event=/);
    assert(page.url().endsWith('#log'), 'the section is lost');
  });

  await check([56], 'compare marks differences and puts them first', async () => {
    if (events.length < 2) return;
    await page.goto(`${base}/p/${project}/compare/${events[0].id}/${events[1].id}`);
    await settled(page);
    const marks = await page
      .getByRole('table')
      .first()
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => row.dataset.differs === 'true'));
    assert(marks.includes(true), 'nothing differs');
    equal(
      marks,
      [...marks].sort((a, b) => Number(b) - Number(a)),
      'differences first',
    );
  });

  await check([93], 'an error prints legibly', async () => {
    await page.emulateMedia({ media: 'print' });
    const hidden = await page.locator('nav').first().isHidden();
    assert(hidden, 'the rail prints');
    await page.emulateMedia({ media: null });
  });

  await check([54], 'a large trace keeps few rows in the document and answers fast', async () => {
    if (!mock) return;
    await page.goto(`${base}/p/${project}/traces/${'b'.repeat(32)}?path=all`);
    await page.locator('[data-span]').first().waitFor({ timeout: 20_000 });
    await settled(page);
    assert((await page.locator('[data-span]').count()) <= 80, 'too many rows');
    const [script, rows] = await page.evaluate(async () => {
      const grid = document.querySelector('[role=treegrid]');
      const started = performance.now();
      for (let step = 1; step <= 20; step += 1) {
        grid.scrollTop = step * 4_000;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return [
        Math.round((performance.now() - started) / 20),
        document.querySelectorAll('[data-span]').length,
      ];
    });
    console.log(`     10,000 spans: ${script} ms per scrolled frame, ${rows} rows in the document`);
    assert(rows <= 80, 'too many rows after scrolling');
  });
  await own.close();
}
