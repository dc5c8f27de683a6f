import { expect, test } from 'vitest';
import { fragments } from './snippet';

test('marks become parts, other tags stay text', () => {
  expect(fragments('a <mark>b</mark> <script>x &lt;y')).toEqual([
    { text: 'a ', marked: false },
    { text: 'b', marked: true },
    { text: ' <script>x <y', marked: false },
  ]);
  expect(fragments('plain')).toEqual([{ text: 'plain', marked: false }]);
});
