// With the server stopped, slowed, full, failing or answering nonsense, each page says so and recovers.
import { settled } from '../browser.mjs';
import { pagesOf } from '../pages.mjs';
import { assert, eventually, words } from './expect.mjs';

const SAYS = {
  down: /cannot be reached/,
  error: /failed while answering/,
  nonsense: /cannot be read/,
  slow: /takes long to answer/,
};
/** Pages that ask the server for nothing of their own. */
const QUIET = new Set(['preferences', 'welcome', 'not-found', 'palette', 'keys']);
const PAGES = ['dashboard', 'errors', 'error', 'notes', 'settings-tokens'];

export async function failures({ base, mock, request, context, check }) {
  if (!mock) return;
  const everyPage = pagesOf(request, base).then((found) => found.filter((entry) => !entry.signedOut));
  const pages = (await pagesOf(request, base)).filter((entry) => PAGES.includes(entry.name));
  for (const [mode, says] of Object.entries(SAYS)) {
    await check([13], `with the server ${mode}, every page says so and recovers`, async () => {
      for (const { name, path } of pages) {
        const own = await context();
        const page = await own.newPage();
        await page.goto(`${base}/preferences`);
        await settled(page);
        mock.api.setFault(mode);
        // Inside the application, as a person would go there: the page itself is loaded already.
        await page.evaluate((to) => {
          history.pushState(null, '', to);
          window.dispatchEvent(new PopStateEvent('popstate', { state: null }));
        }, path);
        await eventually(async () => says.test(await words(page)), `${name} says nothing`, 12_000);
        mock.api.setFault('off');
        const retry = page.getByRole('button', { name: 'Retry' }).first();
        if (await retry.isVisible()) await retry.click({ timeout: 2_000 }).catch(() => undefined);
        // The rest comes back with the live stream, or by its own Retry.
        const again = setInterval(() => retry.click({ timeout: 500 }).catch(() => undefined), 1_500);
        await eventually(
          async () => !says.test(await words(page)),
          `${name} does not recover`,
          20_000,
        ).finally(() => clearInterval(again));
        await own.close();
      }
    });
  }

  await check(
    [13],
    'a server that has nothing but the session says so on every page, without a blank or a crash',
    async () => {
      const own = await context();
      mock.api.setFault('bare');
      for (const { name, path } of await everyPage) {
        const page = await own.newPage();
        const broken = [];
        page.on('pageerror', (error) => broken.push(error.message));
        await page.goto(base + path);
        await settled(page);
        const text = await words(page);
        if (!QUIET.has(name)) assert(/does not offer this yet/.test(text), `${name} says nothing`);
        assert(broken.length === 0, `${name}: ${broken[0]}`);
        await page.close();
      }
      mock.api.setFault('off');
      await own.close();
    },
  );

  await check([13], 'one failing panel leaves the rest alive', async () => {
    const own = await context();
    const page = await own.newPage();
    await page.route('**/flow?*', (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: '{"code":"internal","title":"x"}',
      }),
    );
    await page.goto(base + pages[0].path);
    await eventually(() => page.locator('[data-issue]').count(), 'the list lives');
    await page.getByRole('alert').filter({ hasText: 'failed while answering' }).first().waitFor();
    await own.close();
  });

  await check([13], 'a full server is said when writing', async () => {
    const own = await context();
    const page = await own.newPage();
    await page.goto(`${base}/p/shop/issues`);
    await settled(page);
    mock.api.setFault('full');
    await page.locator('[data-issue]').first().getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('short of disk space').waitFor();
    mock.api.setFault('off');
    await own.close();
  });

  await check([13], 'a route the server does not have is said plainly', async () => {
    const own = await context();
    const page = await own.newPage();
    await page.route('**/api/v1/notes*', (route) =>
      route.fulfill({
        status: 404,
        contentType: 'application/problem+json',
        body: '{"code":"not_found","title":"Not found","detail":"no such route"}',
      }),
    );
    await page.goto(`${base}/notes`);
    await page.getByText('does not offer this yet').waitFor();
    await own.close();
  });

  await check([14], 'a session that ends leads to the sign-in and back', async () => {
    const own = await context();
    const page = await own.newPage();
    await page.goto(`${base}/p/shop/issues?tab=resolved`);
    await settled(page);
    await request.get(`${base}/__mock/session?mode=expired`);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.waitForURL(/\/login\?next=.*expired=1/);
    assert((await words(page)).includes('session has ended'), 'no sentence');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('admin@example.com');
    await page.locator('input[type=password]').fill('correct-horse-battery');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(/\/p\/shop\/issues\?tab=/);
    await request.get(`${base}/__mock/session?mode=valid`);
    await own.close();
  });
}
