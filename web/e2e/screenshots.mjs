// Pictures of every page in both themes and both languages, from a seeded server.
// node e2e/screenshots.mjs BASE SIGN_IN [OUT]; without arguments the mock server is started.
import { mkdir } from 'node:fs/promises';
import { launch, settled, signedIn } from './browser.mjs';
import { pagesOf } from './pages.mjs';

const [base0, signIn0, out = 'e2e/out/screenshots'] = process.argv.slice(2);
const mock = base0 ? null : await (await import('./mock-server/main.mjs')).startMock();
const base = base0 ?? mock.base;
const signIn = signIn0 ?? mock.signIn;
await mkdir(out, { recursive: true });
const browser = await launch();
const first = await signedIn(browser, { base, signIn });
const state = await first.storageState();
const pages = await pagesOf(first.request, base);
await first.close();
for (const theme of ['light', 'dark']) {
  for (const language of ['ko', 'en']) {
    const context = await signedIn(browser, { base, state, theme, language });
    const page = await context.newPage();
    for (const { name, path, act, signedOut } of pages) {
      if (signedOut) continue;
      await page.goto(base + path);
      await settled(page);
      if (act) await act(page);
      await page.screenshot({ path: `${out}/${name}-${theme}-${language}.png` });
    }
    await context.close();
    const stranger = await signedIn(browser, { base, theme, language, width: 1280, height: 720 });
    const landing = await stranger.newPage();
    await landing.goto(`${base}/login`);
    await landing.waitForTimeout(4_000);
    await landing.screenshot({ path: `${out}/login-${theme}-${language}.png` });
    await stranger.close();
  }
}
for (const width of [360, 768, 1920]) {
  const context = await signedIn(browser, { base, state, language: 'ko', width });
  const page = await context.newPage();
  for (const { name, path } of pages.filter((entry) =>
    ['dashboard', 'errors', 'error'].includes(entry.name),
  )) {
    await page.goto(base + path);
    await settled(page);
    await page.screenshot({ path: `${out}/${name}-${width}.png` });
  }
  await context.close();
}
// As three kinds of colour-blind people see it.
for (const type of ['protanopia', 'deuteranopia', 'tritanopia']) {
  const context = await signedIn(browser, { base, state, language: 'ko' });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setEmulatedVisionDeficiency', { type });
  await page.goto(base + pages[0].path);
  await settled(page);
  await page.screenshot({ path: `${out}/dashboard-${type}.png` });
  await context.close();
}
await browser.close();
await mock?.close();
console.log(`screenshots in ${out}`);
