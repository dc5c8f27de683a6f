import { expect, test } from 'vitest';
import { en } from '../i18n/en';
import { ApiError, failureText, problemOf } from './problem';

const answer = (status: number, body: unknown, type = 'application/problem+json') =>
  problemOf(
    new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers: { 'content-type': type, 'x-request-id': 'r1' },
    }),
  );

test('a missing thing, a missing feature and a refusal are told apart', async () => {
  expect((await answer(404, { code: 'not_found', detail: 'no such issue' })).failure).toBe('notFound');
  expect((await answer(404, { code: 'not_found', detail: 'no such route' })).failure).toBe('unsupported');
  expect((await answer(404, 'Not Found', 'text/plain')).failure).toBe('unsupported');
  expect((await answer(501, {})).failure).toBe('unsupported');
  expect((await answer(403, { code: 'forbidden' })).failure).toBe('forbidden');
  expect((await answer(412, {})).failure).toBe('conflict');
  expect((await answer(503, { code: 'disk_full' })).failure).toBe('full');
});

test('a problem that is not JSON is still a problem, with its request id', async () => {
  const error = await answer(500, '<html>');
  expect(error).toBeInstanceOf(ApiError);
  expect(error.failure).toBe('server');
  expect(error.requestId).toBe('r1');
  expect(failureText(en, error)).toBe(en.failure.server);
  expect(failureText(en, new TypeError('x'))).toBe(en.failure.unknown);
});
