// The error list: tokens, facets, bulk with Undo, sorting, triage, row count in the document.
import { settled } from '../browser.mjs';
import { assert, equal, eventually, words } from './expect.mjs';

export async function lists({ base, mock, request, context, check }) {
  const session = await (await request.get(`${base}/api/v1/session`)).json();
  const project = session.projects.map((entry) => entry.slug ?? entry)[0];
  const own = await context();
  const page = await own.newPage();
  const open = async (query = '') => {
    await page.goto(`${base}/p/${project}/issues${query}`);
    await settled(page);
  };
  const services = () => page.locator('[data-issue] [data-col=service]').allInnerTexts();

  await check([37], 'a token filters, an unknown one is explained', async () => {
    await open();
    const [service] = await services();
    await page.getByRole('searchbox', { name: 'Search errors' }).fill(`service:${service}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=service/);
    await eventually(async () => (await services()).every((text) => text === service), 'rows of the service');
    await page.getByRole('searchbox', { name: 'Search errors' }).fill('servce:x');
    await page.getByText('is not a filter').waitFor();
  });

  await check([39], 'facets match rows', async () => {
    await open('?tab=all');
    const facet = page.getByRole('complementary', { name: 'Narrow down' }).getByRole('button').first();
    const [name, count] = (await facet.innerText()).split('\n');
    await facet.click();
    await page.waitForURL(/q=service/);
    await eventually(
      async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1 === Number(count),
      `rows of ${name}`,
    );
  });

  await check([41], 'sort and tab live in the address', async () => {
    await open('?tab=all&sort=count');
    equal(await page.getByRole('combobox', { name: 'Sort' }).inputValue(), 'count', 'sort from the address');
  });

  await check([42], 'a long list keeps under a hundred rows in the document', async () => {
    await open('?tab=all');
    assert((await page.locator('[data-issue]').count()) < 100, 'too many rows');
  });

  await check(
    [9, 40, 95],
    'many are resolved at once and all come back by Undo, without being asked',
    async () => {
      await open();
      const total = Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1;
      await page.getByRole('checkbox').first().focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Select all loaded' }).click();
      await page.getByRole('toolbar').getByRole('button', { name: 'Resolve', exact: true }).click();
      await page.getByText('issues resolved').waitFor();
      await page.getByRole('button', { name: 'Undo' }).first().click();
      await eventually(
        async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1 === total,
        'all back',
      );
    },
  );

  await check([43], 'ignore, snooze and assign are in the menu and are undone', async () => {
    await open();
    const first = page.locator('[data-issue]').first();
    const id = await first.getAttribute('data-issue');
    for (const name of ['Ignore', 'Snooze · For a day']) {
      await page.locator(`[data-issue="${id}"]`).getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name }).click();
      await page.locator(`[data-issue="${id}"]`).waitFor({ state: 'detached' });
      await page.mouse.move(5, 5);
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await page.locator(`[data-issue="${id}"]`).waitFor();
    }
    assert(/Regressed/.test(await words(page)) || !mock, 'no regression badge');
  });

  await check([44], 'triage shows the detail beside and advances after a decision', async () => {
    await open();
    await page.locator('main').focus();
    await page.keyboard.press('t');
    await page.waitForURL(/triage=/);
    await eventually(() => page.locator('[data-active=true]').count(), 'an issue is open');
    const before = await page.locator('[data-active=true]').getAttribute('data-issue');
    await page.mouse.move(5, 5);
    await page.keyboard.press('e');
    await eventually(async () => {
      const now = await page
        .locator('[data-active=true]')
        .getAttribute('data-issue')
        .catch(() => null);
      return now !== null && now !== before;
    }, 'the next issue');
    await page.getByRole('button', { name: 'Undo' }).first().click();
  });
  await own.close();
}
