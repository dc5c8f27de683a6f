/** Server data of the dashboard. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, path } from '../../api/http';
import { keys } from '../../api/keys';
import { record } from '../../api/shape';
import type { Flow, Stats } from '../../api/types';
import { type RangeSearch, rangeKey, resolveRange } from '../../lib/range';

export function useFlow(project: string, search: RangeSearch) {
  return useQuery({
    queryKey: keys.flow(project, rangeKey(search)),
    queryFn: async ({ signal }) => {
      const query = { ...resolveRange(search, Date.now()) };
      return record<Flow>(await api.get(path('/projects/{p}/flow', { p: project }), { query, signal }), {
        nodes: 'array',
        edges: 'array',
      });
    },
    placeholderData: keepPreviousData,
  });
}

export function useStats(project: string, search: RangeSearch) {
  return useQuery({
    queryKey: keys.stats(project, rangeKey(search)),
    queryFn: async ({ signal }) => {
      const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const query = { ...resolveRange(search, Date.now()), tz };
      return record<Stats>(await api.get(path('/projects/{p}/stats', { p: project }), { query, signal }), {
        unsolved: 'number',
      });
    },
    placeholderData: keepPreviousData,
  });
}
