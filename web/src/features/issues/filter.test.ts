import { expect, test } from 'vitest';
import { apiFilter, hasToken, keeps, parseQuery, tabOf, toggleToken } from './filter';

test('tokens become parameters, words and phrases stay the server’s to understand', () => {
  const parsed = parseQuery('service:checkout type:"Null Pointer" timeout "card declined" attr.user.id:7');
  expect(parsed.parameters).toEqual({ service: 'checkout', type: 'Null Pointer' });
  expect(parsed.rest).toBe('timeout "card declined" attr.user.id:7');
  expect(parsed.unknown).toEqual([]);
});

test('an unknown field and a field without value are told', () => {
  const parsed = parseQuery('servce:checkout service:');
  expect(parsed.unknown).toEqual(['servce:']);
  expect(parsed.empty).toEqual(['service:']);
});

test('addresses and messages with a colon are words, not fields', () => {
  expect(parseQuery('http://a.b/c ValueError:x').unknown).toEqual([]);
});

test('a facet click sets, replaces and takes away its token', () => {
  const once = toggleToken('timeout', 'service', 'my shop');
  expect(once).toBe('timeout service:"my shop"');
  expect(hasToken(once, 'service', 'my shop')).toBe(true);
  expect(toggleToken(once, 'service', 'cart')).toBe('timeout service:cart');
  expect(toggleToken(once, 'service', 'my shop')).toBe('timeout');
});

test('the tab decides the status; a token overrides it', () => {
  expect(apiFilter({}, 0).status).toBe('unresolved');
  expect(apiFilter({ tab: 'all' }, 0).status).toBeUndefined();
  expect(apiFilter({ q: 'status:ignored' }, 0).status).toBe('ignored');
  expect(tabOf({ tab: 'nonsense' })).toBe('unresolved');
  expect(keeps('held', { status: 'snoozed', substatus: null })).toBe(true);
  expect(keeps('regressed', { status: 'unresolved', substatus: 'new' })).toBe(false);
});
