import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { en } from '../../i18n/en';
import { I18nContext } from '../../i18n/i18n';
import { Markdown } from './Markdown';
import { outlineOf } from './wiki';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ params, children }: { params: { id: string }; children: string }) => (
    <a href={`/notes/${params.id}`}>{children}</a>
  ),
}));

function show(body: string) {
  return render(
    <I18nContext value={{ language: 'en', t: en }}>
      <QueryClientProvider client={new QueryClient()}>
        <Markdown body={body} resolve={(title) => (title === 'Known' ? 'note_1' : undefined)} />
      </QueryClientProvider>
    </I18nContext>,
  ).container;
}

test('script, handlers and javascript: addresses are inert', () => {
  const page = show(
    '<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) [b](data:text/html,x) ![c](https://evil.example/x.png)\n\n<svg onload=alert(1)>',
  );
  expect(page.querySelector('script, img, svg, [onerror], [onload]')).toBeNull();
  for (const link of page.querySelectorAll('a'))
    expect(link.getAttribute('href') ?? '').not.toMatch(/javascript:|data:/);
});

test('a known title becomes a link, an unknown one says so, code stays code', () => {
  const page = show('See [[Known|the first]] and [[Gone]], not `[[Known]]`.');
  expect(page.querySelector('a')?.getAttribute('href')).toBe('/notes/note_1');
  expect(page.querySelector('a')?.textContent).toBe('the first');
  expect(page.querySelector('[title]')?.textContent).toBe('Gone');
  expect(page.querySelector('code')?.textContent).toBe('[[Known]]');
});

test('links to elsewhere open apart and tell nobody where from', () => {
  expect(show('[x](https://example.com)').querySelector('a')?.rel).toContain('noreferrer');
});

test('the outline skips code fences', () => {
  expect(
    outlineOf('# One\n```\n# not\n```\n## Two *x*').map((heading) => [heading.level, heading.text]),
  ).toEqual([
    [1, 'One'],
    [2, 'Two x'],
  ]);
});
