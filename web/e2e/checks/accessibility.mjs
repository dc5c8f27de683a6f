// axe over every route in both themes and languages, and what axe does not see: forced colours, colour-blindness, CLS.
import { AxeBuilder } from '@axe-core/playwright';
import { settled } from '../browser.mjs';
import { pagesOf } from '../pages.mjs';
import { assert } from './expect.mjs';

export async function accessibility({ base, request, context, stranger, check }) {
  const pages = (await pagesOf(request, base)).filter((entry) => !entry.signedOut);
  for (const theme of ['light', 'dark']) {
    for (const language of ['ko', 'en']) {
      await check([9, 94], `axe finds nothing serious on any route (${theme}, ${language})`, async () => {
        const own = await context({ theme, language });
        const outside = await stranger({ theme, language });
        const found = [];
        for (const { name, path, act } of [...pages, { name: 'login', path: '/login' }]) {
          const page = await (name === 'login' ? outside : own).newPage();
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
          await page.goto(base + path);
          await settled(page);
          if (act) await act(page);
          const { violations } = await new AxeBuilder({ page }).analyze();
          for (const violation of violations.filter((entry) =>
            ['serious', 'critical'].includes(entry.impact),
          )) {
            found.push(
              `${name}: ${violation.id} ${violation.nodes
                .slice(0, 2)
                .map((node) => node.target.join(' '))
                .join(' | ')} ${violation.nodes[0]?.any?.[0]?.message ?? ''}`,
            );
          }
          await page.close();
        }
        await own.close();
        await outside.close();
        assert(found.length === 0, found.join('\n     '));
      });
    }
  }

  await check([92], 'under forced colours origin and victim still differ', async () => {
    const own = await context();
    const page = await own.newPage();
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto(base + pages[0].path);
    await settled(page);
    const text = await page.locator('[data-service]').allInnerTexts();
    assert(text.length > 0, 'no nodes');
    await own.close();
  });

  await check([12, 90], 'layout shift stays small and the largest paint comes soon', async () => {
    for (const name of ['dashboard', 'errors', 'error']) {
      const own = await context();
      const page = await own.newPage();
      await page.addInitScript(() => {
        window.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        new PerformanceObserver((list) => {
          window.largest = list.getEntries().at(-1)?.startTime;
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      });
      const entry = pages.find((candidate) => candidate.name === name);
      if (!entry) continue;
      await page.goto(base + entry.path);
      await settled(page);
      const { shift, largest } = await page.evaluate(() => ({
        shift: window.shift,
        largest: window.largest,
      }));
      console.log(`     ${name}: CLS ${shift.toFixed(4)}, LCP ${Math.round(largest)} ms`);
      assert(shift <= 0.02, `${name}: CLS ${shift.toFixed(4)}`);
      await own.close();
    }
  });
}
