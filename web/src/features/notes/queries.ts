/** Server data of notes. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, path, send } from '../../api/http';
import { keys } from '../../api/keys';
import { page, record } from '../../api/shape';
import type { Comment, Note, NoteDraft, NoteItem, NotesGraph, Tag } from '../../api/types';

const PAGE_SIZE = 60;

export interface NoteFilter {
  scope?: 'mine' | undefined;
  q?: string | undefined;
  kind?: string | undefined;
  tag?: string | undefined;
  visibility?: string | undefined;
  issue?: string | undefined;
}

export function useNotes(filter: NoteFilter, enabled = true) {
  return useInfiniteQuery({
    queryKey: keys.notes(filter),
    queryFn: async ({ signal, pageParam }) =>
      page<NoteItem>(
        await api.get('/notes', { query: { ...filter, limit: PAGE_SIZE, cursor: pageParam }, signal }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useNote(id: string | null) {
  return useQuery({
    queryKey: keys.note(id ?? ''),
    queryFn: async ({ signal }) => {
      const note = record<Note>(await api.get(path('/notes/{id}', { id: id ?? '' }), { signal }), {
        id: 'string',
        body: 'string',
      });
      return {
        ...note,
        tags: note.tags ?? [],
        links: note.links ?? [],
        backlinks: note.backlinks ?? [],
        issue_ids: note.issue_ids ?? [],
      };
    },
    enabled: id !== null,
  });
}

export function useTags() {
  return useQuery({
    queryKey: keys.tags,
    queryFn: async ({ signal }) => page<Tag>(await api.get('/tags', { signal, query: { limit: 200 } })).items,
    retry: false,
  });
}

export function useNotesGraph() {
  return useQuery({
    queryKey: keys.notesGraph,
    queryFn: async ({ signal }) =>
      record<NotesGraph>(await api.get('/notes/graph', { signal }), { nodes: 'array', links: 'array' }),
  });
}

export function useComments(id: string) {
  return useQuery({
    queryKey: keys.noteComments(id),
    queryFn: async ({ signal }) =>
      page<Comment>(await api.get(path('/notes/{id}/comments', { id }), { signal, query: { limit: 200 } }))
        .items,
  });
}

function useNoteWrite<V, R>(write: (value: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: keys.notesAll }),
  });
}

export function useCreateNote() {
  return useNoteWrite((draft: NoteDraft) => api.post<Note>('/notes', draft));
}

/** `revision` guards against overwriting what somebody else saved: the server answers 412 then. */
export function useSaveNote(id: string) {
  return useNoteWrite(async ({ draft, revision }: { draft: NoteDraft; revision: number }) => {
    const response = await send('PUT', path('/notes/{id}', { id }), {
      body: draft,
      headers: { 'if-match': `"${revision}"` },
    });
    return (await response.json()) as Note;
  });
}

export function useDeleteNote(id: string) {
  return useNoteWrite(() => api.delete(path('/notes/{id}', { id })));
}

export function useLinkNote() {
  return useNoteWrite(({ from, to }: { from: string; to: string }) =>
    api.post(path('/notes/{id}/links', { id: from }), { to }),
  );
}

export function useUnlinkNote() {
  return useNoteWrite(({ from, to }: { from: string; to: string }) =>
    api.delete(path('/notes/{id}/links/{to}', { id: from, to })),
  );
}

export function useAddComment(id: string) {
  return useNoteWrite((body: string) => api.post<Comment>(path('/notes/{id}/comments', { id }), { body }));
}

export function useDeleteComment(id: string) {
  return useNoteWrite((comment: string) => api.delete(path('/notes/{id}/comments/{c}', { id, c: comment })));
}
