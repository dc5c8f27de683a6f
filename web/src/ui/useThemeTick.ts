/** Changes whenever the theme does, so that canvases draw anew. */
import { useSyncExternalStore } from 'react';
import { isDark } from '../lib/preferences';

function subscribe(listener: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', listener);
  window.addEventListener('omegi-theme', listener);
  return () => {
    media.removeEventListener('change', listener);
    window.removeEventListener('omegi-theme', listener);
  };
}

export function useThemeTick(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}
