// Every page there is, with a real project, issue and note of the server at hand. What a server does not offer is left out.

export async function pagesOf(request, base) {
  const get = async (path) => {
    const answer = await request.get(`${base}/api/v1${path}`);
    return answer.ok() ? answer.json() : null;
  };
  const session = await get('/session');
  const project =
    (session?.projects ?? []).map((entry) => entry.slug ?? entry).find((slug) => slug !== 'lab') ?? 'demo';
  const issue = (await get(`/projects/${project}/issues?limit=1`))?.items?.[0];
  const event = issue ? (await get(`/issues/${issue.id}/events?limit=1`))?.items?.[0] : null;
  const other = issue ? (await get(`/issues/${issue.id}/events?limit=2`))?.items?.[1] : null;
  const note = (await get('/notes?limit=1'))?.items?.[0];
  const at = `/p/${project}`;
  return [
    { name: 'dashboard', path: at },
    { name: 'dashboard-table', path: `${at}?view=table` },
    { name: 'errors', path: `${at}/issues` },
    { name: 'errors-events', path: `${at}/issues?as=events` },
    { name: 'triage', path: `${at}/issues?triage=1` },
    ...(issue
      ? [
          { name: 'error', path: `${at}/issues/${issue.id}` },
          { name: 'error-flow', path: `${at}/issues/${issue.id}?view=flow` },
          { name: 'error-flame', path: `${at}/issues/${issue.id}?view=flame&path=all` },
          { name: 'error-summary', path: `${at}/issues/${issue.id}#summary` },
          { name: 'error-log', path: `${at}/issues/${issue.id}#log` },
          { name: 'error-note', path: `${at}/issues/${issue.id}?side=new&about=${issue.id}` },
        ]
      : []),
    ...(event?.trace_id ? [{ name: 'trace', path: `${at}/traces/${event.trace_id}?path=all` }] : []),
    ...(event && other ? [{ name: 'compare', path: `${at}/compare/${event.id}/${other.id}` }] : []),
    { name: 'notes', path: '/notes' },
    { name: 'notes-graph', path: '/notes?view=graph' },
    { name: 'notes-graph-table', path: '/notes?view=graph&table=1' },
    { name: 'notes-all', path: '/notes/all' },
    ...(note
      ? [
          { name: 'note', path: `/notes/${note.id}` },
          { name: 'note-edit', path: `/notes/${note.id}?side=edit.${note.id}` },
          { name: 'note-link', path: `/notes/${note.id}?side=link.${note.id}` },
        ]
      : []),
    {
      name: 'query',
      path: `${at}/query`,
      act: async (page) => {
        await page
          .locator('[data-editor] + div button, main button')
          .filter({ hasText: /^\s*(실행|Run)\s*$/ })
          .first()
          .click();
        await page.waitForTimeout(900);
      },
    },
    { name: 'settings-project', path: `${at}/settings/projects` },
    { name: 'settings-members', path: `${at}/settings/members` },
    { name: 'settings-tokens', path: `${at}/settings/tokens` },
    { name: 'settings-guide', path: `${at}/settings/guide` },
    { name: 'preferences', path: '/preferences' },
    { name: 'welcome', path: '/welcome' },
    { name: 'palette', path: at, act: (page) => page.keyboard.press('Control+k') },
    { name: 'keys', path: at, act: (page) => page.keyboard.press('Shift+Slash') },
    { name: 'not-found', path: '/nowhere' },
    { name: 'login', path: '/login', signedOut: true },
  ];
}
