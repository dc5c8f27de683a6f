/** Server data: kept while it is fetched anew, retried only where another try can help. */
import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/problem';

const RETRIES_MAX = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => error instanceof ApiError && error.transient && failures < RETRIES_MAX,
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
      mutations: { retry: false },
    },
  });
}
