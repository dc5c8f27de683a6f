/** What the side sheet shows: a new note (of an error or blank), one being edited, one to read, one to link. */

import { Link, useNavigate } from '@tanstack/react-router';
import { ExternalLink, Pencil, X } from 'lucide-react';
import type { NoteDraft } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { shortType } from '../../lib/format';
import { IconButton } from '../../ui/Button';
import { Loaded } from '../../ui/states';
import { useIssue } from '../issues/queries';
import { LinkPicker } from './LinkPicker';
import { EditNote, NewNote } from './NoteEditors';
import { NoteText } from './NoteText';
import styles from './notes.module.css';
import { useNote } from './queries';

interface Props {
  /** `new`, `edit.<id>`, `read.<id>`, `link.<id>` */
  side: string;
  /** Issue that a new note is about. */
  about: string | null;
  project: string | null;
  onClose: () => void;
}

export function NoteSheet({ side, about, project, onClose }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const [mode = 'new', id = ''] = [side.split('.')[0], side.split('.').slice(1).join('.')];
  const show = (next: string) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, side: next, about: undefined }) } as never);
  const title =
    mode === 'new'
      ? t.notes.new
      : mode === 'edit'
        ? t.notes.edit
        : mode === 'link'
          ? t.notes.linkTo
          : t.notes.reading;
  return (
    <>
      <header className={styles.sheetHead}>
        <h2 className="grow">{title}</h2>
        {mode === 'read' ? (
          <>
            <IconButton label={t.notes.edit} onClick={() => show(`edit.${id}`)}>
              <Pencil size={15} />
            </IconButton>
            <Link to="/notes/$id" params={{ id }} aria-label={t.issues.open} title={t.issues.open}>
              <ExternalLink size={15} />
            </Link>
          </>
        ) : null}
        <IconButton label={t.app.close} onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className={styles.sheetBody}>
        {mode === 'new' ? (
          about ? (
            <NewOfIssue id={about} project={project} onSaved={(note) => show(`read.${note}`)} />
          ) : (
            <NewNote
              key="blank"
              draftKey="new"
              initial={blank(project)}
              onSaved={(note) => show(`read.${note}`)}
            />
          )
        ) : mode === 'edit' ? (
          <EditNote key={id} id={id} onDone={() => show(`read.${id}`)} />
        ) : mode === 'link' ? (
          <LinkPicker id={id} />
        ) : (
          <Read id={id} />
        )}
      </div>
    </>
  );
}

function Read({ id }: { id: string }) {
  const note = useNote(id);
  return (
    <Loaded query={note} rows={6}>
      {(data) => <NoteText note={data} />}
    </Loaded>
  );
}

function NewOfIssue({
  id,
  project,
  onSaved,
}: {
  id: string;
  project: string | null;
  onSaved: (note: string) => void;
}) {
  const t = useT();
  const issue = useIssue(id);
  return (
    <Loaded query={issue} rows={6}>
      {(data) => {
        const part = (name: string, text = '') => `## ${name}\n\n${text}\n`;
        const initial: NoteDraft = {
          ...blank(data.project ?? project),
          kind: 'error',
          title: `${shortType(data.type)}: ${data.message}`.slice(0, 120),
          body: [
            part(t.notes.problem, `![[issue:${data.id}]]\n`),
            part(t.notes.cause),
            part(t.notes.fix),
            part(t.notes.prevention),
          ].join('\n'),
          tags: [data.origin_service].filter(Boolean),
          issue_ids: [data.id],
        };
        return <NewNote key={data.id} draftKey={`new:${data.id}`} initial={initial} onSaved={onSaved} />;
      }}
    </Loaded>
  );
}

function blank(project: string | null): NoteDraft {
  return { kind: 'general', title: '', body: '', tags: [], project, visibility: 'private', issue_ids: [] };
}
