// The frame of every page: origin, policy, console, addresses, landmarks, widths, languages.
import { settled } from '../browser.mjs';
import { pagesOf } from '../pages.mjs';
import { assert, equal, eventually, watch, words } from './expect.mjs';

// `of undefined` is what JavaScript's own errors say.
const LEAK = /(?<!of )\bundefined\b|\bNaN\b|Invalid Date|\[object Object\]/;

export async function frame({ base, request, context, stranger, check }) {
  const pages = (await pagesOf(request, base)).filter((entry) => !entry.signedOut);
  for (const language of ['ko', 'en']) {
    const shared = await context({ language });
    await check(
      [2, 3, 16, 8],
      `every page in ${language}: own origin only, clean console, one h1, no leaked value`,
      async () => {
        for (const { name, path } of pages) {
          const page = await shared.newPage();
          const seen = watch(page, base);
          await page.goto(base + path);
          await settled(page);
          equal(seen.foreign, [], `${name} asked elsewhere`);
          equal(seen.complaints, [], `${name} complains`);
          const text = await words(page);
          assert(!LEAK.test(text), `${name} leaks ${LEAK.exec(text)?.[0]}`);
          equal(await page.locator('h1').count(), 1, `${name}: number of h1`);
          assert((await page.locator('main').count()) === 1, `${name} has no main`);
          await page.close();
        }
      },
    );
    await shared.close();
  }

  await check([15], 'theme and language stand before the first paint', async () => {
    const dark = await context({ theme: 'dark', language: 'ko' });
    const page = await dark.newPage();
    await page.route('**/assets/index-*.js', () => undefined);
    page.goto(base).catch(() => undefined);
    await eventually(
      () =>
        page
          .evaluate(
            () => document.documentElement.lang === 'ko' && document.documentElement.dataset.theme === 'dark',
          )
          .catch(() => false),
      'not set by the boot script',
    );
    await dark.close();
  });

  await check([1, 17], 'the rail is dark in both themes, with Korean labels in the Korean font', async () => {
    for (const theme of ['light', 'dark']) {
      const own = await context({ theme, language: 'ko' });
      const page = await own.newPage();
      await page.goto(base + pages[0].path);
      await settled(page);
      equal(
        await page
          .locator('nav')
          .first()
          .evaluate((nav) => getComputedStyle(nav).backgroundColor),
        'rgb(15, 17, 25)',
        `rail in ${theme}`,
      );
      assert((await words(page)).includes('대시보드'), 'no Korean label');
      assert(
        await page.evaluate(() =>
          [...document.fonts].some((font) => font.family.includes('Pretendard') && font.status === 'loaded'),
        ),
        'Pretendard is not loaded',
      );
      await own.close();
    }
  });

  await check([11], 'no page scrolls sideways at 360, 768, 1280, 1920', async () => {
    for (const width of [360, 768, 1280, 1920]) {
      const own = await context({ language: 'en', width });
      const page = await own.newPage();
      // The narrow ones are where things break; the wide ones are looked at on three pages.
      for (const { name, path } of width < 1000 ? pages : pages.slice(0, 3)) {
        await page.goto(base + path);
        await settled(page);
        const over = await page.evaluate(() => {
          const main = document.querySelector('main') ?? document.body;
          return Math.max(
            document.documentElement.scrollWidth - innerWidth,
            main.scrollWidth - main.clientWidth,
          );
        });
        assert(over <= 1, `${name} at ${width}: ${over} px too wide`);
      }
      await own.close();
    }
  });

  const own = await context();
  const page = await own.newPage();
  await check([4, 5], 'an address reloads to the same view, back and forward walk the filters', async () => {
    const list = pages.find((entry) => entry.name === 'errors').path;
    await page.goto(base + list);
    await settled(page);
    await page.getByRole('button', { name: 'Resolved', exact: true }).click();
    await page.waitForURL(/tab=resolved/);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.waitForURL(/tab=all/);
    await page.reload();
    await settled(page);
    assert(page.url().includes('tab=all'), 'reload lost the tab');
    equal(
      await page.getByRole('button', { name: 'All', exact: true }).getAttribute('aria-pressed'),
      'true',
      'tab after reload',
    );
    await page.goBack();
    await page.waitForURL(/tab=resolved/);
    await page.goForward();
    await page.waitForURL(/tab=all/);
  });

  await check(
    [6, 7, 10],
    'shortcuts are listed, work by place of the key, are silent while typing; the palette opens and gives focus back',
    async () => {
      await page.goto(base + pages[0].path);
      await settled(page);
      await page.locator('main').focus();
      await page.keyboard.press('Shift+Slash');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      for (const [code, key] of [
        ['KeyG', 'ㅎ'],
        ['KeyE', 'ㄷ'],
      ]) {
        await page.evaluate(
          (init) => window.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true })),
          { code, key },
        );
      }
      await page.waitForURL(/\/issues/);
      await settled(page);
      await page.getByRole('searchbox').first().focus();
      await page.keyboard.type('gd');
      assert(page.url().includes('/issues'), 'a shortcut ran while typing');
      await page.keyboard.press('Control+k');
      const input = page.getByRole('combobox', { name: 'Search and commands' });
      await input.waitFor();
      await input.fill('pref');
      await page.keyboard.press('Enter');
      await page.waitForURL(/preferences/);
    },
  );
  await own.close();

  await check(
    [14, 18, 20],
    'without a session the sign-in page shows, above the fold at 1280×720, and remembers the place',
    async () => {
      const outside = await stranger({ width: 1280, height: 720 });
      const login = await outside.newPage();
      await login.goto(`${base}${pages[0].path}?view=table`);
      await login.waitForURL(/\/login\?next=/);
      const box = await login.locator('button[type=submit]').boundingBox();
      assert(box && box.y + box.height < 720, 'sign-in below the fold');
      assert(decodeURIComponent(login.url()).includes('view=table'), 'the place is lost');
      await outside.close();
    },
  );

  await check([19, 21], 'a failed sign-in has its own sentence; reduced motion stops the loop', async () => {
    const outside = await stranger();
    const login = await outside.newPage();
    await login.emulateMedia({ reducedMotion: 'reduce' });
    const sentences = new Set();
    for (const code of [
      'access_denied',
      'state_mismatch',
      'link_expired',
      'provider_unreachable',
      'no_account',
      'not_configured',
      'nonsense',
    ]) {
      await login.goto(`${base}/login?error=${code}`);
      sentences.add(await login.getByRole('alert').first().innerText());
    }
    equal(sentences.size, 7, 'sentences');
    const running = await login.evaluate(
      () =>
        document
          .getAnimations()
          .filter(
            (animation) =>
              animation.playState === 'running' &&
              Number(animation.effect?.getComputedTiming().duration) > 100,
          ).length,
    );
    equal(running, 0, 'animations under reduced motion');
    await outside.close();
  });
}
