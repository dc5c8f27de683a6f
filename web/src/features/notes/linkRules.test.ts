import { expect, test } from 'vitest';
import { linkRefusal } from './linkRules';

test('own notes link with own and with others’; others’ with others’ and a note with itself do not', () => {
  const mine = { id: 'a', mine: true };
  const mineToo = { id: 'b', mine: true };
  const other = { id: 'c', mine: false };
  const otherToo = { id: 'd', mine: false };
  expect(linkRefusal(mine, mineToo, false)).toBeNull();
  expect(linkRefusal(mine, other, false)).toBeNull();
  expect(linkRefusal(other, mine, false)).toBeNull();
  expect(linkRefusal(other, otherToo, false)).toBe('foreign');
  expect(linkRefusal(mine, mine, false)).toBe('self');
  expect(linkRefusal(mine, other, true)).toBe('exists');
});
