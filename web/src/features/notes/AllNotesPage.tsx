/** The team's notes, newest first: mine and what others share. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useT } from '../../i18n/i18n';
import { PageFrame } from '../../ui/PageFrame';
import { NoteFilters, NoteList, type NotesSearch } from './NotesPage';

export function AllNotesPage() {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as NotesSearch;
  const update = (part: object, replace = false) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...part }), replace } as never);
  return (
    <PageFrame title={t.notes.allTitle}>
      <NoteFilters search={search} update={update} />
      <NoteList feed filter={{ q: search.q, kind: search.kind, tag: search.tag }} />
    </PageFrame>
  );
}
