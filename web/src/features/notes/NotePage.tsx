/** One note on its own page, with an outline beside. */
import { useNavigate, useParams } from '@tanstack/react-router';
import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { failureText } from '../../api/problem';
import type { Note } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useShortcuts } from '../../lib/shortcuts';
import { Button } from '../../ui/Button';
import { TypedNameDialog } from '../../ui/Dialog';
import { PageFrame } from '../../ui/PageFrame';
import { Loaded } from '../../ui/states';
import { toast } from '../../ui/toasts';
import { NoteText } from './NoteText';
import styles from './notes.module.css';
import { useDeleteNote, useNote } from './queries';
import { outlineOf } from './wiki';

export function NotePage() {
  const t = useT();
  const { id } = useParams({ strict: false }) as { id: string };
  const note = useNote(id);
  return (
    <PageFrame title={note.data?.title ?? t.notes.reading} hideTitle>
      <Loaded query={note} rows={10}>
        {(data) => <Filled note={data} />}
      </Loaded>
    </PageFrame>
  );
}

function Filled({ note }: { note: Note }) {
  const t = useT();
  const navigate = useNavigate();
  const remove = useDeleteNote(note.id);
  const [deleting, setDeleting] = useState(false);
  const outline = outlineOf(note.body);
  const edit = () =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, side: `edit.${note.id}` }) } as never);
  useShortcuts({
    l: () =>
      void navigate({ to: '.', search: (old: object) => ({ ...old, side: `link.${note.id}` }) } as never),
    e: () => note.mine && edit(),
  });
  return (
    <>
      <div className={styles.reading}>
        <div className={styles.paper}>
          <NoteText note={note} />
        </div>
        <div className={styles.aside}>
          {note.mine ? (
            <div className={styles.row}>
              <Button onClick={edit}>
                <Pencil size={14} /> {t.notes.edit}
              </Button>
              <Button look="danger" onClick={() => setDeleting(true)}>
                <Trash2 size={14} /> {t.notes.delete}
              </Button>
            </div>
          ) : null}
          {outline.length > 1 ? (
            <nav className={styles.outline} aria-label={t.notes.outline}>
              {outline.map((heading, index) => (
                <a key={index} href={`#${heading.id}`} style={{ paddingLeft: 12 + (heading.level - 1) * 12 }}>
                  {heading.text}
                </a>
              ))}
            </nav>
          ) : null}
        </div>
      </div>
      <TypedNameDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={t.notes.delete}
        text={note.title}
        name={note.title}
        label={t.notes.titleLabel}
        action={t.notes.delete}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              toast(t.notes.deleted);
              void navigate({ to: '/notes' });
            },
            onError: (error) => toast(failureText(t, error)),
          })
        }
      />
    </>
  );
}
