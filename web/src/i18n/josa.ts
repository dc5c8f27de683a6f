/** Korean particles: picks the form that fits the last sound of a word, also for digits and Latin letters. */

const DIGITS_WITH_FINAL = new Set(['0', '1', '3', '6', '7', '8']);
const LATIN_WITH_FINAL = /[lmnrbcgkpt]$/i;
const PAIRS = {
  '이/가': ['이', '가'],
  '을/를': ['을', '를'],
  '은/는': ['은', '는'],
  '과/와': ['과', '와'],
  '으로/로': ['으로', '로'],
} as const;

export type Josa = keyof typeof PAIRS;

/** `josa('주문', '이/가')` is `주문이`; `josa('서비스', '으로/로')` is `서비스로`. */
export function josa(word: string, pair: Josa): string {
  const [closed, open] = PAIRS[pair];
  const final = finalSound(word);
  const needsClosed = final === 'closed' || (final === 'rieul' && pair !== '으로/로');
  return word + (needsClosed ? closed : open);
}

function finalSound(word: string): 'closed' | 'open' | 'rieul' {
  const last = word.replace(/[\s"'`)\]}>.]+$/, '').slice(-1);
  const code = last.codePointAt(0) ?? 0;
  if (code >= 0xac00 && code <= 0xd7a3) {
    const jong = (code - 0xac00) % 28;
    if (jong === 0) return 'open';
    return jong === 8 ? 'rieul' : 'closed';
  }
  if (/\d/.test(last)) {
    if (last === '1' || last === '7' || last === '8') return 'rieul';
    return DIGITS_WITH_FINAL.has(last) ? 'closed' : 'open';
  }
  if (/[lr]/i.test(last)) return 'rieul';
  return LATIN_WITH_FINAL.test(last) ? 'closed' : 'open';
}
