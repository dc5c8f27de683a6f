// The story: an error arrives in two tabs, is written down, resolved, and turns blue in both.
import { settled } from '../browser.mjs';
import { assert, equal, eventually } from './expect.mjs';

export async function story({ base, mock, request, context, check }) {
  const session = await (await request.get(`${base}/api/v1/session`)).json();
  const project = session.projects.map((entry) => entry.slug ?? entry)[0];
  const own = await context();
  const [here, there] = [await own.newPage(), await own.newPage()];
  for (const page of [here, there]) {
    await page.goto(`${base}/p/${project}`);
    await settled(page);
  }
  const stats = async () => (await request.get(`${base}/api/v1/projects/${project}/stats`)).json();

  await check([22, 23], 'tiles equal the API and link; all services and edges are drawn', async () => {
    const api = await stats();
    const tile = here.getByRole('link', { name: /^Unresolved/ });
    await eventually(
      async () => (await tile.innerText()).replace(/\D/g, '') === String(api.unsolved),
      'unresolved tile',
    );
    const flow = await (
      await request.get(
        `${base}/api/v1/projects/${project}/flow?from=${new Date(Date.now() - 86_400_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`,
      )
    ).json();
    await eventually(
      async () => (await here.locator('[data-service]').count()) === flow.nodes.length,
      'nodes',
    );
    const edges = flow.edges.filter((edge) => edge.from !== edge.to).length;
    await eventually(async () => (await here.locator('.react-flow__edge').count()) === edges, 'edges');
  });

  await check([24], 'origin, victim and healthy differ by sign and name, not by colour alone', async () => {
    for (const node of await here.locator('[data-service]').all()) {
      const state = await node.getAttribute('data-state');
      const text = await node.innerText();
      if (state === 'origin') assert(text.includes('✕'), 'origin without ✕');
      if (state === 'victim') assert(text.includes('↦'), 'victim without ↦');
      if (state === 'healthy') assert(!/✕|↦/.test(text), 'healthy with a sign');
    }
  });

  await check([32], 'the table twin says the same', async () => {
    const names = await here
      .locator('[data-service]')
      .evaluateAll((nodes) => nodes.map((node) => node.dataset.service).sort());
    await here.getByRole('button', { name: 'Show as table' }).first().click();
    const rows = await here
      .getByRole('table', { name: 'Services' })
      .locator('tbody tr button')
      .allInnerTexts();
    equal(rows.sort(), names, 'services in the table');
    await here.getByRole('button', { name: 'Show as graph' }).first().click();
    await here.locator('[data-service]').first().waitFor();
  });

  await check([30, 29], 'a node filters everything; layout is stable over reloads', async () => {
    const places = () =>
      here
        .locator('.react-flow__node')
        .evaluateAll((nodes) => nodes.map((node) => `${node.dataset.id}${node.style.transform}`).sort());
    const before = await places();
    const node = here.locator('[data-service][data-state=origin]').first();
    const service = await node.getAttribute('data-service');
    await node.click();
    await here.waitForURL(/service=/);
    await eventually(async () => {
      const shown = await here.locator('[data-issue] [data-col=service]').allInnerTexts();
      return shown.length > 0 && shown.every((text) => text === service);
    }, 'rows of the service only');
    await here.reload();
    await settled(here);
    equal(await places(), before, 'places after reload');
    await here.getByRole('button', { name: 'Clear filter' }).click();
  });

  if (!mock) return own.close();

  await check(
    [27, 34, 36],
    'a live error shows once in both tabs: row, toast, tile; the dot counts elsewhere',
    async () => {
      const elsewhere = await own.newPage();
      await elsewhere.goto(`${base}/notes`);
      await settled(elsewhere);
      mock.api.announceNew();
      for (const page of [here, there]) {
        await eventually(
          async () =>
            (await page.locator('[data-issue]').filter({ hasText: 'GiftCardException' }).count()) === 1,
          'row',
        );
      }
      await eventually(
        async () => (await here.getByText('New error: GiftCardException').count()) === 1,
        'toast',
      );
      await eventually(async () => /^\(\d+\)/.test(await elsewhere.title()), 'count in the title');
      assert((await elsewhere.locator('nav').first().innerText()).match(/\d/), 'no dot in the rail');
      await elsewhere.close();
    },
  );

  await check([35], 'the dot survives a reload and clears once the dashboard is visible', async () => {
    const page = await own.newPage();
    await here.goto(`${base}/notes`);
    await there.goto(`${base}/notes`);
    await settled(there);
    mock.api.announce(2);
    await page.goto(`${base}/notes`);
    await settled(page);
    await eventually(async () => /^\(\d+\)/.test(await page.title()), 'count after load');
    await page.goto(`${base}/p/${project}`);
    await page.bringToFront();
    await eventually(async () => !/^\(/.test(await page.title()), 'cleared');
    await page.close();
    for (const tab of [here, there]) await tab.goto(`${base}/p/${project}`);
    await settled(here);
  });

  await check([28], 'a killed stream is said, recovers, and what was missed appears', async () => {
    mock.api.setFault('down');
    await eventually(
      () => here.locator('button[data-state=reconnecting], button[data-state=offline]').count(),
      'badge',
    );
    mock.api.announce(3);
    mock.api.setFault('off');
    await eventually(() => here.locator('button[data-state=live]').count(), 'live again', 30_000);
  });

  await check([31], 'rows under the pointer do not move; news waits behind a pill', async () => {
    await here.bringToFront();
    const rows = () =>
      here.locator('[data-issue]').evaluateAll((nodes) => nodes.map((node) => node.dataset.issue));
    await here.locator('[data-issue]').nth(1).hover();
    const before = await rows();
    mock.api.announceNew();
    await here.getByRole('button', { name: /new row/ }).waitFor();
    equal((await rows()).slice(0, 3), before.slice(0, 3), 'first rows');
    await here.getByRole('button', { name: /new row/ }).click();
    await eventually(async () => (await rows())[0] !== before[0], 'the new row after the pill');
    await here.mouse.move(5, 5);
  });

  await check(
    [57, 25, 26, 95],
    'note beside the error, then the last resolve turns the node blue in both tabs, and Undo red again',
    async () => {
      for (const issue of mock.api.issues)
        if (issue.origin_service === 'recommend' && issue.status === 'unresolved') issue.status = 'resolved';
      const target = mock.api.issues.find((issue) => issue.origin_service === 'recommend');
      target.status = 'unresolved';
      const page = await own.newPage();
      await page.goto(`${base}/p/${project}/issues/${target.id}`);
      await settled(page);
      await page.getByRole('button', { name: 'Write a note' }).first().click();
      await page.waitForURL(/side=new/);
      const title = page.getByRole('textbox', { name: 'Title' });
      await title.waitFor();
      assert((await title.inputValue()).length > 0, 'the title is not prefilled');
      await page.getByRole('button', { name: 'Create note' }).click();
      await page.waitForURL(/side=read/);
      await page.locator('aside article').waitFor();
      for (const tab of [here, there]) {
        await tab.reload();
        await settled(tab);
      }
      await page.getByRole('button', { name: 'Resolve', exact: true }).first().click();
      assert((await page.getByRole('dialog').count()) === 0, 'a reversible act asked');
      for (const tab of [here, there])
        await eventually(
          () => tab.locator('[data-service=recommend][data-state=healthy]').count(),
          'blue',
          4_000,
        );
      await page.getByRole('button', { name: 'Undo' }).first().click();
      await eventually(
        () => here.locator('[data-service=recommend][data-state=origin]').count(),
        'red again',
        4_000,
      );
      await page.close();
    },
  );

  await check([33], 'an empty project leads to the guide', async () => {
    const page = await own.newPage();
    await page.goto(`${base}/p/lab`);
    await page.getByRole('button', { name: 'Open the guide' }).click();
    await page.waitForURL(/settings\/guide/);
    await page.close();
  });
  await own.close();
}
