// One way to start the browser: headless, empty profile, nothing fetched behind our back.
import { chromium } from 'playwright-core';

export function launch() {
  return chromium.launch({
    executablePath: process.env.OMEGI_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A context signed in by the one-time link or by a session kept from an earlier context. */
export async function signedIn(
  browser,
  { base, signIn, state, theme = 'light', language = 'en', width = 1440, height = 900 },
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === 'ko' ? 'ko-KR' : 'en-US',
    timezoneId: 'Asia/Seoul',
    ...(state ? { storageState: state } : {}),
  });
  await context.addCookies([
    { name: 'omegi_lang', value: language, url: base },
    { name: 'omegi_theme', value: theme, url: base },
  ]);
  if (!state && signIn) {
    const page = await context.newPage();
    await page.goto(signIn);
    await page.close();
  }
  return context;
}

/** The page has drawn what it was waiting for. The live stream never ends, so the network is never idle. */
export async function settled(page) {
  await page.waitForSelector('h1', { state: 'attached' });
  await page
    .waitForFunction(() => !document.querySelector('[class*="skeleton"], [class*="busy"]'), undefined, {
      timeout: 8_000,
    })
    .catch(() => undefined);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(450);
}
