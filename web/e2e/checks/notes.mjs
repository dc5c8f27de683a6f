// Notes: written, linked, read, searched, kept as draft, in conflict; the graph and its table twin.
import { settled } from '../browser.mjs';
import { assert, eventually, words } from './expect.mjs';

export async function notes({ base, mock, request, context, check }) {
  const offered = await request.get(`${base}/api/v1/notes?limit=1`);
  if (!offered.ok()) {
    const own = await context();
    const page = await own.newPage();
    await check([13], 'a server without notes says so on their page', async () => {
      await page.goto(`${base}/notes`);
      await page.getByText('does not offer this yet').first().waitFor();
    });
    await own.close();
    return;
  }
  const own = await context();
  const page = await own.newPage();
  const editor = () => page.locator('[data-editor]');

  await check(
    [59, 60],
    'a note of either kind is private by default and its Markdown comes back as typed',
    async () => {
      await page.goto(`${base}/notes`);
      await settled(page);
      await page.getByRole('button', { name: 'New note' }).first().click();
      await page.getByRole('textbox', { name: 'Title' }).fill('E2E 노트');
      assert(
        (await page.locator('aside').getByRole('combobox', { name: 'Visibility' }).inputValue()) ===
          'private',
        'not private',
      );
      await editor().click();
      await page.keyboard.type('Hello **world**');
      await page.getByRole('button', { name: 'Create note' }).click();
      await page.waitForURL(/side=read/);
      await eventually(
        async () => (await page.locator('aside article strong').allInnerTexts()).includes('world'),
        'Markdown',
      );
    },
  );

  await check([67], 'search finds a part of a Korean word', async () => {
    await page.goto(`${base}/notes?q=${encodeURIComponent('결제')}`);
    await eventually(() => page.locator('[data-note]').count(), 'notes');
    for (const text of await page.locator('[data-note]').allInnerTexts())
      assert(text.includes('결제'), `found ${text}`);
  });

  await check([66], 'a draft survives a killed tab', async () => {
    const tab = await own.newPage();
    await tab.goto(`${base}/notes?side=new`);
    await tab.getByRole('textbox', { name: 'Title' }).fill('unfinished thought');
    await tab.getByText('Kept as a draft').waitFor();
    await tab.close();
    const again = await own.newPage();
    await again.goto(`${base}/notes?side=new`);
    await eventually(
      async () => (await again.getByRole('textbox', { name: 'Title' }).inputValue()) === 'unfinished thought',
      'draft',
    );
    await again.getByRole('button', { name: 'Discard the draft' }).click();
    await again.close();
  });

  await check([66], 'a conflict shows both versions', async () => {
    if (!mock) return;
    const note = mock.api.notes.find((entry) => entry.mine);
    await page.goto(`${base}/notes/${note.id}?side=edit.${note.id}`);
    await editor().waitFor();
    note.revision += 1;
    note.body = 'theirs';
    await page.getByRole('textbox', { name: 'Title' }).fill('mine');
    await page.getByText('Somebody else saved this note').waitFor();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await eventually(() => note.title === 'mine', 'mine was saved');
  });

  await check([61], 'what may not be linked is disabled, with the reason', async () => {
    if (!mock) return;
    const foreign = mock.api.notes.find((entry) => !entry.mine && entry.visibility !== 'private');
    await page.goto(`${base}/notes/${foreign.id}?side=link.${foreign.id}`);
    await eventually(
      async () => (await words(page)).includes('Only links from or to your own notes'),
      'reason',
    );
  });

  await check([62], 'backlinks quote the sentence', async () => {
    if (!mock) return;
    const target = mock.api.notes.find((note) =>
      mock.api.notes.some((other) => other.links.includes(note.id)),
    );
    await page.goto(`${base}/notes/${target.id}`);
    await page.getByText(/Linked from \d/).waitFor();
    assert((await words(page)).includes('“'), 'no quote');
  });

  await check([65], 'comments: written, own ones removable, others’ not', async () => {
    await page.goto(`${base}/notes/note_1`);
    await settled(page);
    const box = page.getByRole('textbox', { name: 'Write a comment' });
    if ((await box.count()) === 0) return;
    await box.fill('thanks');
    await page.keyboard.press('Control+Enter');
    await eventually(
      async () =>
        (await page
          .getByRole('region', { name: /comment/ })
          .getByRole('button', { name: 'Remove' })
          .count()) === 1,
      'one comment may be removed: my own',
    );
  });

  await check([63], 'an error card in a note flips live', async () => {
    if (!mock) return;
    const issue = mock.api.issues.find((entry) => entry.status === 'unresolved');
    const note = mock.api.notes.find((entry) => entry.mine);
    note.body = `![[issue:${issue.id}]]`;
    await page.goto(`${base}/notes/${note.id}`);
    await page.locator('article [data-status=unresolved]').first().waitFor();
    await own.request.post(`${base}/api/v1/issues/${issue.id}/resolve`, { data: {} });
    await page.locator('article a[data-status=resolved]').first().waitFor();
    await own.request.post(`${base}/api/v1/issues/${issue.id}/reopen`, { data: {} });
  });

  await check([73, 74], 'graph places are stable; the table twin lists every node', async () => {
    await page.goto(`${base}/notes?view=graph`);
    await page.getByText(/\d+ nodes/).waitFor();
    const places = await page.evaluate(() => localStorage.getItem('omegi_note_places'));
    await page.reload();
    await page.getByText(/\d+ nodes/).waitFor();
    const again = await page.evaluate(() => localStorage.getItem('omegi_note_places'));
    assert(places === again, 'places moved');
    await page.getByRole('button', { name: 'Show as table' }).click();
    const graph = await (await request.get(`${base}/api/v1/notes/graph`)).json();
    await eventually(
      async () => (await page.getByRole('table').locator('tbody tr').count()) === graph.nodes.length,
      'rows',
    );
  });

  await check([64], 'a tag filters, and one tag in two spellings is one', async () => {
    await page.goto(`${base}/notes/all`);
    await settled(page);
    const tag = (await (await request.get(`${base}/api/v1/tags`)).json()).items[0];
    if (!tag) return;
    await page.getByRole('combobox', { name: 'Tag', exact: true }).selectOption(tag.name);
    await page.waitForURL(/tag=/);
    await eventually(
      async () => (await page.locator('[data-note]').count()) === tag.count || !mock,
      'notes of the tag',
    );
    await page.goto(`${base}/notes?side=new`);
    const box = page
      .getByRole('textbox', { name: 'Add a tag' })
      .or(page.getByRole('combobox', { name: 'Add a tag' }));
    for (const typed of ['DB  Pool', '#db pool']) {
      await box.fill(typed);
      await box.press('Enter');
    }
    assert((await page.getByRole('button', { name: /^Remove tag/ }).count()) === 1, 'two tags');
  });

  await check([70], 'a link made and unmade in the graph’s table persists and is undone', async () => {
    if (!mock) return;
    await page.goto(`${base}/notes?view=graph&table=1`);
    await settled(page);
    const cut = page.getByRole('button', { name: /^Unlink/ });
    const before = await cut.count();
    await cut.first().click();
    await eventually(async () => (await cut.count()) < before, 'unlinked');
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await eventually(async () => (await cut.count()) === before, 'linked again');
  });

  await check([71], 'a filter fades what does not match', async () => {
    await page.goto(`${base}/notes?view=graph&table=1`);
    await page.getByRole('searchbox', { name: 'Filter the graph' }).fill('pools');
    await eventually(
      async () =>
        (await page.getByRole('table').locator('tbody tr').count()) >= 1 &&
        (await page.getByRole('table').locator('tbody tr').count()) < 5,
      'filtered',
    );
  });
  await own.close();
}
