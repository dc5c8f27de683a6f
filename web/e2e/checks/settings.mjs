// Settings: one form for a project and its services, tokens shown once, typed names, the guide.
import { settled } from '../browser.mjs';
import { assert, equal, eventually, words } from './expect.mjs';

export async function settings({ base, mock, context, check }) {
  const own = await context();
  const page = await own.newPage();
  const slug = `e2e-${Date.now().toString(36)}`;

  await check([85], 'a project with services in one form; duplicates are told in place', async () => {
    await page.goto(`${base}/welcome`);
    await settled(page);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('E2E Project');
    await page.getByRole('textbox', { name: 'Short name in addresses' }).fill(slug);
    const first = page.getByRole('textbox', { name: 'Service name 1' });
    await first.fill('alpha');
    await first.press('Enter');
    const second = page.getByRole('textbox', { name: 'Service name 2' });
    await second.fill('alpha');
    await page.getByText('already in the list').waitFor();
    await second.fill('beta');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.waitForURL(new RegExp(`/p/${slug}/settings/guide`));
  });

  await check([87], 'the guide holds the real endpoint and service', async () => {
    await settled(page);
    const text = await words(page);
    assert(text.includes(base), 'no endpoint');
    assert(text.includes('Send the first span'), 'no steps');
  });

  await check([86], 'a token is shown once, masked after, copied', async () => {
    await page.goto(`${base}/p/${slug}/settings/tokens`);
    await settled(page);
    await page.getByRole('textbox', { name: 'Name' }).fill('e2e');
    await page.getByRole('button', { name: 'Issue token' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    assert(/^omgs_[0-9a-z]{32,}$/.test(secret.trim()), `token ${secret.slice(0, 8)}`);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.reload();
    await settled(page);
    assert(!(await words(page)).includes(secret.trim()), 'the token is shown again');
  });

  await check([86, 88], 'revoking and deleting ask for the name', async () => {
    await page.getByRole('row').filter({ hasText: 'e2e' }).getByRole('button', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Revoke', exact: true });
    assert(await confirm.isDisabled(), 'enabled without the name');
    await dialog.getByRole('textbox').fill('e2e');
    await confirm.click();
    await eventually(
      async () => (await page.getByRole('row').filter({ hasText: 'e2e' }).count()) === 0,
      'revoked',
    );
    await page.goto(`${base}/p/${slug}/settings/projects`);
    await settled(page);
    await page.getByRole('button', { name: 'Delete project…' }).click();
    const last = page.getByRole('dialog').getByRole('button', { name: 'Delete for good' });
    assert(await last.isDisabled(), 'enabled without the name');
    await page.getByRole('dialog').getByRole('textbox').fill(slug);
    await last.click();
    await page.waitForURL((url) => !url.pathname.includes(slug));
  });

  await check([10], 'the focus returns to what opened a dialog', async () => {
    if (!mock) return;
    await page.goto(`${base}/p/shop/settings/tokens`);
    await settled(page);
    const opener = page.getByRole('button', { name: 'Revoke…' }).first();
    await opener.click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    equal(await opener.evaluate((button) => button === document.activeElement), true, 'focus');
  });
  await own.close();
}
