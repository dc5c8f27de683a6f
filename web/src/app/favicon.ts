/** The tab's icon with a red dot while errors have not been seen. Drawn, so that no further file is needed. */
import plain from './favicon.svg';
import alerted from './favicon-alert.svg';

export function countInFavicon(count: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const href = count > 0 ? alerted : plain;
  if (link && !link.href.endsWith(href)) link.href = href;
}
