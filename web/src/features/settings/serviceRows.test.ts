import { expect, test } from 'vitest';
import { duplicates, pasteRows, slugOf } from './serviceRows';

test('pasted lines become rows in place, each with its type where it names one', () => {
  let key = 10;
  const rows = pasteRows(
    [{ key: 1, name: '', type: 'spring' }],
    0,
    'checkout\npayment go\n\n cart, stock',
    () => key++,
  );
  expect(rows.map(({ name, type }) => [name, type])).toEqual([
    ['checkout', 'spring'],
    ['payment', 'go'],
    ['cart', 'spring'],
    ['stock', 'spring'],
  ]);
});

test('the second of two equal names is the duplicate; empty rows are not', () => {
  expect([...duplicates([{ name: 'a' }, { name: '' }, { name: ' a' }, { name: '' }])]).toEqual([2]);
});

test('a short name for addresses is made of the name', () => {
  expect(slugOf('내 가게 Shop 2')).toBe('shop-2');
  expect(slugOf('가게')).toBe('');
});
