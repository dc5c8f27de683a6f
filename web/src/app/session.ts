/** Who is signed in, and what they may do where. */
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../api/http';
import { keys } from '../api/keys';
import { ApiError } from '../api/problem';
import type { Role, Session } from '../api/types';

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async ({ signal }) => normalise(await api.get<unknown>('/session', { signal })),
  staleTime: 60_000,
});

export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

const RANK: Record<Role, number> = { viewer: 0, member: 1, owner: 2 };

/** An owner of the installation may do everything; others what their role in the project allows. */
export function allows(session: Session | undefined, project: string | undefined, needed: Role): boolean {
  if (!session) return false;
  if (session.role === 'owner') return true;
  const role =
    session.projects.find((entry) => entry.slug === project)?.role ?? (project ? undefined : session.role);
  return role !== undefined && RANK[role] >= RANK[needed];
}

export async function signIn(email: string, password: string): Promise<void> {
  await api.post('/session', { email, password });
}

export async function signOut(client: QueryClient): Promise<void> {
  await api.delete('/session');
  client.clear();
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
