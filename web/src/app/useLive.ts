/** Ties the live stream to this tab: cache, notices, the dot. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { ErrorItem } from '../api/types';
import { useT } from '../i18n/i18n';
import { shortType } from '../lib/format';
import { alerts } from '../live/alerts';
import { createApplier } from '../live/apply';
import type { LiveState } from '../live/events';
import { hub } from '../live/hub';
import { toast } from '../ui/toasts';

/** More than this many in a second become one notice. */
const TOASTS_PER_SECOND_MAX = 3;

export function useLiveState(): LiveState {
  return useSyncExternalStore(hub.onState, () => hub.state);
}

export function useLive(project: string | null): void {
  const client = useQueryClient();
  const notify = useNotify(project);
  const latest = useRef(notify);
  latest.current = notify;
  useEffect(() => {
    const apply = createApplier(client);
    window.addEventListener('storage', alerts.followStorage);
    const stop = hub.subscribe((event) => {
      apply(event);
      if (event.name === 'error_detected' && alerts.announce(event.data)) latest.current(event.data);
    });
    return () => {
      window.removeEventListener('storage', alerts.followStorage);
      stop();
    };
  }, [client]);
}

function useNotify(project: string | null): (error: ErrorItem) => void {
  const t = useT();
  const navigate = useNavigate();
  const burst = useRef<{ from: number; count: number; timer?: ReturnType<typeof setTimeout> }>({
    from: 0,
    count: 0,
  });
  return (error) => {
    if (error.project !== project) return;
    const now = Date.now();
    if (now - burst.current.from > 1_000) burst.current = { from: now, count: 0 };
    burst.current.count += 1;
    if (burst.current.count <= TOASTS_PER_SECOND_MAX) {
      const place = {
        to: '/p/$project/issues/$id',
        params: { project: error.project, id: error.issue_id },
      } as const;
      toast(t.live.newError(shortType(error.type), error.origin.service), {
        red: true,
        actions: [
          {
            label: t.live.open,
            run: () => void navigate({ ...place, search: { event: error.id } } as never),
          },
          {
            label: t.live.writeNote,
            run: () =>
              void navigate({
                ...place,
                search: { event: error.id, side: 'new', about: error.issue_id },
              } as never),
          },
        ],
      });
      return;
    }
    const current = burst.current;
    current.timer ??= setTimeout(
      () => toast(t.live.newErrorsMany(current.count - TOASTS_PER_SECOND_MAX), { red: true }),
      1_000,
    );
  };
}
