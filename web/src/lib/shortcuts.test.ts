import { afterEach, expect, test } from 'vitest';
import { nameOf } from './shortcuts';

function key(code: string, init: KeyboardEventInit = {}, target?: Element): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { code, bubbles: true, ...init });
  (target ?? document.body).dispatchEvent(event);
  return event;
}

afterEach(() => {
  document.body.innerHTML = '';
  delete document.documentElement.dataset.singleKeys;
});

test('keys are known by place, so a Korean layout changes nothing', () => {
  expect(nameOf(key('KeyE', { key: 'ㄷ' }))).toBe('e');
  expect(nameOf(key('KeyK', { key: 'k', metaKey: true }))).toBe('mod+k');
  expect(nameOf(key('Slash', { key: '?', shiftKey: true }))).toBe('?');
});

test('typing and composing are left alone', () => {
  const input = document.body.appendChild(document.createElement('input'));
  expect(nameOf(key('KeyE', {}, input))).toBeNull();
  expect(nameOf(key('Escape', {}, input))).toBe('Escape');
  expect(nameOf(key('Enter', { ctrlKey: true }, input))).toBe('mod+Enter');
  expect(nameOf(key('KeyE', { isComposing: true }))).toBeNull();
});

test('single keys can be switched off, chords cannot', () => {
  document.documentElement.dataset.singleKeys = 'off';
  expect(nameOf(key('KeyE'))).toBeNull();
  expect(nameOf(key('KeyK', { ctrlKey: true }))).toBe('mod+k');
});
