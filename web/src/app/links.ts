/** Links as they are handed on: a relative time range becomes the absolute one that was seen. */
import { resolveRange } from '../lib/range';

const RANGED = /^\/p\/[^/]+(\/issues)?$/;

export function absoluteLink(href: string, now: number): string {
  const url = new URL(href);
  url.searchParams.delete('side');
  url.searchParams.delete('about');
  if (RANGED.test(url.pathname) && !url.searchParams.has('from')) {
    const range = resolveRange({ range: url.searchParams.get('range') ?? undefined }, now);
    url.searchParams.delete('range');
    url.searchParams.set('from', range.from);
    url.searchParams.set('to', range.to);
  }
  return url.href;
}

/** The sign-in page that leads back to this very place. */
export function signInAddress(href: string, expired = false): string {
  const search = new URLSearchParams({ next: href, ...(expired ? { expired: '1' } : {}) });
  return `/login?${search.toString()}`;
}
