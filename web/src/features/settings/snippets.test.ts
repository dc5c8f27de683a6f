import { expect, test } from 'vitest';
import { LANGUAGES, snippet } from './snippets';

test('each snippet holds the endpoint, the service and the token', () => {
  for (const language of LANGUAGES) {
    const text = snippet(language, {
      endpoint: 'http://127.0.0.1:6634',
      service: 'checkout',
      token: 'omgs_abc',
    });
    for (const part of ['http://127.0.0.1:6634', 'checkout', 'omgs_abc'])
      expect(text, language).toContain(part);
  }
});

test('a service name cannot end the command', () => {
  expect(snippet('otlp', { endpoint: 'e', service: "a'; rm -rf x", token: 't' })).toContain(
    `'a'\\''; rm -rf x'`,
  );
});
