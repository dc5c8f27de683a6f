/** Server data of the settings: projects, services, tokens, members. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, path } from '../../api/http';
import { keys } from '../../api/keys';
import { page } from '../../api/shape';
import type { IngestToken, IssuedToken, Member, Project, Role, Service } from '../../api/types';

export interface NewProject {
  slug: string;
  name: string;
  services: { name: string; type: string | null }[];
}

export function useServices(project: string, refetchInterval: number | false = false) {
  return useQuery({
    queryKey: keys.services(project),
    queryFn: async ({ signal }) =>
      page<Service>(
        await api.get(path('/projects/{p}/services', { p: project }), { signal, query: { limit: 500 } }),
      ).items,
    refetchInterval,
  });
}

export function useTokens(project: string, enabled = true) {
  return useQuery({
    queryKey: keys.tokens(project),
    queryFn: async ({ signal }) =>
      page<IngestToken>(
        await api.get(path('/projects/{p}/tokens', { p: project }), { signal, query: { limit: 500 } }),
      ).items,
    enabled,
  });
}

export function useMembers(project: string) {
  return useQuery({
    queryKey: keys.members(project),
    queryFn: async ({ signal }) =>
      page<Member>(
        await api.get(path('/projects/{p}/members', { p: project }), { signal, query: { limit: 500 } }),
      ).items,
  });
}

/** A write that makes the lists it touches be fetched anew. */
function useWrite<V, R>(write: (value: V) => Promise<R>, ...touched: (readonly unknown[])[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => Promise.all(touched.map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export function useCreateProject() {
  return useWrite((value: NewProject) => api.post<Project>('/projects', value), keys.session, keys.projects);
}

export function useRenameProject(project: string) {
  return useWrite(
    (name: string) => api.patch<Project>(path('/projects/{p}', { p: project }), { name }),
    keys.session,
    keys.projects,
  );
}

export function useDeleteProject(project: string) {
  return useWrite(
    () => api.delete(path('/projects/{p}', { p: project }), { query: { confirm: project } }),
    keys.session,
    keys.projects,
  );
}

export function useAddService(project: string) {
  return useWrite(
    (service: { name: string; type: string | null }) =>
      api.post(path('/projects/{p}/services', { p: project }), service),
    keys.services(project),
  );
}

export function useRemoveService(project: string) {
  return useWrite(
    (name: string) => api.delete(path('/projects/{p}/services/{s}', { p: project, s: name })),
    keys.services(project),
  );
}

export function useIssueToken(project: string) {
  return useWrite(
    (value: { name: string; service: string | null }) =>
      api.post<IssuedToken>(path('/projects/{p}/tokens', { p: project }), value),
    keys.tokens(project),
  );
}

export function useRevokeToken(project: string) {
  return useWrite(
    (id: string) => api.delete(path('/projects/{p}/tokens/{id}', { p: project, id })),
    keys.tokens(project),
  );
}

export function useSetMember(project: string) {
  return useWrite(
    ({ email, role }: { email: string; role: Role }) =>
      api.post(path('/projects/{p}/members', { p: project }), { email, role }),
    keys.members(project),
  );
}

export function useRemoveMember(project: string) {
  return useWrite(
    (email: string) => api.delete(path('/projects/{p}/members/{m}', { p: project, m: email })),
    keys.members(project),
  );
}
