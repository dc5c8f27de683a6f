/** Who is signed in, and what they may do where. */
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../api/http';
import { keys } from '../api/keys';
import { fetchSession } from '../api/session';
import type { Role, Session } from '../api/types';

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => fetchSession(signal),
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

export async function signOut(client: QueryClient): Promise<void> {
  await api.delete('/session');
  client.clear();
}
