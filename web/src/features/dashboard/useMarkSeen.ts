/** The dot goes out once the dashboard has been visible for a second. */
import { useEffect, useSyncExternalStore } from 'react';
import { alerts } from '../../live/alerts';

const VISIBLE_MS = 1_000;

export function useMarkSeen(project: string): void {
  const unseen = useSyncExternalStore(alerts.subscribe, () => alerts.snapshot().unseen.get(project) ?? 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each newly unseen error starts the second anew
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const check = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible')
        timer = setTimeout(() => alerts.markSeen(project), VISIBLE_MS);
    };
    check();
    document.addEventListener('visibilitychange', check);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', check);
    };
  }, [project, unseen]);
}
