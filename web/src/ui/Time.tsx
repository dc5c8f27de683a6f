/** A moment: relative in the text, local and UTC in the tooltip, the exact value when copied as `datetime`. */
import { useSyncExternalStore } from 'react';
import { useI18n } from '../i18n/i18n';
import { absolute, millisOf, relative } from '../lib/time';

const TICK_MS = 15_000;
let now = Date.now();
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}

/** One clock for the page, so that all relative times change together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function Time({ at, full = false }: { at: string | null | undefined; full?: boolean }) {
  const { language, t } = useI18n();
  const current = useNow();
  const millis = millisOf(at);
  if (millis === null || !at) return <span className="faint">{t.time.never}</span>;
  const title = `${t.time.local} ${absolute(millis, language)}\n${t.time.utc} ${absolute(millis, language, 'UTC')}\n${at}`;
  return (
    <time dateTime={at} title={title}>
      {full
        ? absolute(millis, language)
        : relative(millis, Math.max(current, millis), language, t.time.justNow)}
    </time>
  );
}
