/** The session as the server tells it, without any cache: the sign-in page needs no more. */
import { api } from './http';
import { ApiError } from './problem';
import type { Session } from './types';

export async function fetchSession(signal?: AbortSignal): Promise<Session> {
  return normalise(await api.get<unknown>('/session', signal ? { signal } : {}));
}

export async function signIn(email: string, password: string): Promise<void> {
  await api.post('/session', { email, password });
}

/** Servers name the person's fields at the top or under `user`; both are read. */
function normalise(value: unknown): Session {
  const raw = value as Partial<Session> & { email?: string; id?: string; name?: string | null };
  const email = raw?.user?.email ?? raw?.email;
  if (!email && !raw?.role) throw new ApiError(200, 'nonsense');
  return {
    user: {
      id: raw.user?.id ?? raw.id ?? email ?? '',
      email: email ?? '',
      name: raw.user?.name ?? raw.name ?? null,
    },
    role: raw.role ?? 'viewer',
    projects: Array.isArray(raw.projects)
      ? raw.projects.map((entry) =>
          typeof entry === 'string' ? { slug: entry, name: entry, role: raw.role ?? 'viewer' } : entry,
        )
      : [],
  };
}
