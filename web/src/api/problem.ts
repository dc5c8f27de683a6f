/** What can go wrong between the page and the server, as one error type with a stable code. */
import type { Catalogue } from '../i18n/en';

export type FailureCode = Exclude<keyof Catalogue['failure'], 'requestId' | 'signIn'> | 'unsupported';

/** RFC 9457 members, as far as the server sent them. */
interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  position?: { line: number; column: number };
}

export class ApiError extends Error {
  /** 0: no answer came. */
  readonly status: number;
  readonly failure: FailureCode;
  readonly problem: Problem;
  readonly requestId: string | null;
  constructor(status: number, failure: FailureCode, problem: Problem = {}, requestId: string | null = null) {
    super(problem.detail ?? problem.title ?? failure);
    this.name = 'ApiError';
    this.status = status;
    this.failure = failure;
    this.problem = problem;
    this.requestId = requestId ?? problem.request_id ?? null;
  }
  /** Worth another try without anybody acting. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** A route the server does not know answers 404 without a problem of ours, or 405 or 501. */
export async function problemOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id');
  const isProblem = /application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
  let problem: Problem = {};
  if (isProblem) {
    try {
      problem = ((await response.json()) as Problem | null) ?? {};
    } catch {
      problem = {};
    }
  }
  return new ApiError(response.status, failureOf(response.status, problem), problem, requestId);
}

const UNKNOWN_ROUTE = new Set(['no_such_route', 'route_not_found', 'unknown_route', 'not_implemented']);

function failureOf(status: number, problem: Problem): FailureCode {
  if (status === 501 || status === 405 || UNKNOWN_ROUTE.has(problem.code ?? '')) return 'unsupported';
  if (status === 404) return known(problem) ? 'notFound' : 'unsupported';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429) return 'busy';
  if (status === 507 || /disk|full|storage/.test(problem.code ?? '')) return 'full';
  if (status === 503) return 'busy';
  if (status >= 500) return 'server';
  if (status >= 400) return 'invalid';
  return 'unknown';
}

/** Our own 404 names what is missing; `no such route` or no problem at all means that the server has no such feature. */
function known(problem: Problem): boolean {
  return Boolean(problem.code || problem.title) && !/\broute\b/.test(problem.detail ?? '');
}

export function failureText(t: Catalogue, error: unknown): string {
  if (!(error instanceof ApiError)) return t.failure.unknown;
  return error.failure === 'unsupported' ? t.app.unsupported : t.failure[error.failure];
}
