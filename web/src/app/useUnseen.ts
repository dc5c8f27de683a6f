/** How many errors have arrived since the dashboard of a project was last looked at. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { api, path } from '../api/http';
import { keys } from '../api/keys';
import { page } from '../api/shape';
import type { ErrorItem } from '../api/types';
import { alerts, readSeen } from '../live/alerts';
import { countInTitle } from '../ui/PageFrame';
import { countInFavicon } from './favicon';

/** The dot says `99+` above; more need not be fetched. */
const COUNT_MAX = 100;

export function useUnseen(project: string | null): number {
  const count = useSyncExternalStore(
    alerts.subscribe,
    () => alerts.snapshot().unseen.get(project ?? '') ?? 0,
  );
  const { data } = useQuery({
    queryKey: [...keys.seen, project],
    queryFn: async ({ signal }) => {
      const slug = project ?? '';
      const since = readSeen(slug);
      if (!since) return 0;
      const query = { from: since, to: new Date(Date.now() + 60_000).toISOString(), limit: COUNT_MAX };
      const answer = page<ErrorItem>(
        await api.get(path('/projects/{p}/errors', { p: slug }), { query, signal }),
      );
      return answer.items.length;
    },
    enabled: project !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  useEffect(() => {
    if (project && data) alerts.restore(project, data);
  }, [project, data]);
  useEffect(() => {
    countInTitle(count);
    countInFavicon(count);
  }, [count]);
  return count;
}
