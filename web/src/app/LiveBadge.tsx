/** Whether what one sees is what is. */
import { useI18n } from '../i18n/i18n';
import { clock } from '../lib/time';
import type { LiveState } from '../live/events';
import { hub } from '../live/hub';
import { useNow } from '../ui/Time';
import styles from './shell.module.css';
import { useLiveState } from './useLive';

export function LiveBadge() {
  const { t, language } = useI18n();
  const state = useLiveState();
  useNow();
  const text = describe(state);
  const paused = state.kind === 'paused';
  return (
    <button
      type="button"
      className={styles.live}
      data-state={state.kind}
      aria-pressed={paused}
      title={paused ? t.live.resume : t.live.pause}
      onClick={() => hub.setPaused(!paused)}
    >
      <span className={styles.livePoint} aria-hidden="true" />
      <span className={styles.label} role="status">
        {text}
      </span>
    </button>
  );

  function describe(current: LiveState): string {
    if (current.kind === 'offline') return t.live.offline(clock(current.since, language));
    if (current.kind === 'reconnecting') {
      return t.live.reconnecting(
        current.at === 0 ? 0 : Math.max(0, Math.ceil((current.at - Date.now()) / 1000)),
      );
    }
    return t.live[current.kind];
  }
}
