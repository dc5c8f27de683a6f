/** One way to the server: JSON in and out, problems as `ApiError`, a lost session announced once. */
import { ApiError, problemOf } from './problem';

type Query = Record<string, string | number | boolean | null | undefined>;
export interface RequestOptions {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Listener = () => void;
const unauthorizedListeners = new Set<Listener>();
/** Called on every 401, wherever it came from. */
export function onUnauthorized(listener: Listener): () => void {
  unauthorizedListeners.add(listener);
  return () => unauthorizedListeners.delete(listener);
}

/** `path('/issues/{id}', { id })`: every variable is escaped, so a hostile id stays one segment. */
export function path(template: string, variables: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(variables[name] ?? ''));
}

export async function send(method: string, route: string, options: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`/api/v1${route}${queryText(options.query)}`, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: 'same-origin',
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'offline');
  }
  if (response.ok) return response;
  if (response.status === 401) for (const listener of unauthorizedListeners) listener();
  throw await problemOf(response);
}

async function json<T>(method: string, route: string, options?: RequestOptions): Promise<T> {
  const response = await send(method, route, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (text === '' && method !== 'GET') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(response.status, 'nonsense', {}, response.headers.get('x-request-id'));
  }
}

export const api = {
  get: <T>(route: string, options?: RequestOptions) => json<T>('GET', route, options),
  post: <T>(route: string, body: unknown = {}, options?: RequestOptions) =>
    json<T>('POST', route, { ...options, body }),
  put: <T>(route: string, body: unknown, options?: RequestOptions) =>
    json<T>('PUT', route, { ...options, body }),
  patch: <T>(route: string, body: unknown, options?: RequestOptions) =>
    json<T>('PATCH', route, { ...options, body }),
  delete: (route: string, options?: RequestOptions) => json<void>('DELETE', route, options),
};

function queryText(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
