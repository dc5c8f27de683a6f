/** Running SQL: Arrow where the server gives it, JSON otherwise; aborting the request cancels the query there. */
import { useQuery } from '@tanstack/react-query';
import { api, send } from '../../api/http';
import { ApiError } from '../../api/problem';
import type { SqlStats } from '../../api/types';
import { fromArrow, fromJson, type Result } from './result';

const ARROW = 'application/vnd.apache.arrow.stream';

export interface SqlRequest {
  query: string;
  project: string;
  limit: number;
}

export async function runSql(request: SqlRequest, signal: AbortSignal): Promise<Result> {
  const started = performance.now();
  const response = await send('POST', '/sql', {
    body: request,
    headers: { accept: `${ARROW}, application/json;q=0.5` },
    signal,
  });
  const took = () => ({ elapsed_ms: Math.round(performance.now() - started) });
  if (response.headers.get('content-type')?.includes('arrow')) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    try {
      return fromArrow(bytes, { ...took(), ...headerStats(response) });
    } catch {
      throw new ApiError(200, 'nonsense');
    }
  }
  try {
    const result = fromJson(await response.json());
    return { ...result, stats: { ...took(), ...result.stats } };
  } catch {
    throw new ApiError(200, 'nonsense');
  }
}

function headerStats(response: Response): SqlStats {
  try {
    return JSON.parse(response.headers.get('omegi-sql-stats') ?? '{}') as SqlStats;
  } catch {
    return {};
  }
}

/** The tables of the contract; their columns are asked of the server, so they are what it has. */
export const TABLES = [
  'errors',
  'issues',
  'issue_history',
  'spans',
  'span_events',
  'traces',
  'logs',
  'services',
  'service_edges',
  'notes',
  'note_links',
] as const;

export interface ColumnInfo {
  name: string;
  type: string;
}

export function useColumns(table: string, enabled: boolean) {
  return useQuery({
    queryKey: ['sql-columns', table],
    queryFn: async ({ signal }) => {
      const answer = await api.post<{ columns?: ColumnInfo[] }>(
        '/sql',
        { query: `SELECT * FROM ${table} LIMIT 0`, limit: 1 },
        { signal },
      );
      return answer.columns ?? [];
    },
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Where the server says the mistake is: as a member, or in words. */
export function positionOf(error: unknown): { line: number; column: number } | null {
  if (!(error instanceof ApiError)) return null;
  if (error.problem.position) return error.problem.position;
  const match = /line:?\s*(\d+),?\s*col(?:umn)?:?\s*(\d+)/i.exec(error.problem.detail ?? '');
  return match ? { line: Number(match[1]), column: Number(match[2]) } : null;
}
