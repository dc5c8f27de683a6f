import { expect, test } from 'vitest';
import { type Josa, josa } from './josa';

test('a particle fits the last sound of the word', () => {
  const cases: [string, Josa, string][] = [
    ['주문', '이/가', '주문이'],
    ['서비스', '이/가', '서비스가'],
    ['서울', '으로/로', '서울로'],
    ['주문', '으로/로', '주문으로'],
    ['checkout', '을/를', 'checkout을'],
    ['payment-api', '을/를', 'payment-api를'],
    ['3', '을/를', '3을'],
    ['2', '은/는', '2는'],
    ['Chat (dev)', '과/와', 'Chat (dev)와'],
  ];
  for (const [word, pair, expected] of cases) expect(josa(word, pair), `${word} ${pair}`).toBe(expected);
});
