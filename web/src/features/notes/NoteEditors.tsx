/** A new note and one being changed: drafts kept on this machine, saved to the server, conflicts shown with both texts. */
import { useEffect, useRef, useState } from 'react';
import { ApiError, failureText } from '../../api/problem';
import type { Note, NoteDraft } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { Button } from '../../ui/Button';
import { Loaded } from '../../ui/states';
import { toast } from '../../ui/toasts';
import { dropDraft, type KeptDraft, keepDraft, readDraft } from './drafts';
import { NoteForm } from './NoteForm';
import styles from './notes.module.css';
import { useCreateNote, useNote, useSaveNote } from './queries';

const DRAFT_MS = 400;
const AUTOSAVE_MS = 1_500;

export function NewNote({
  draftKey,
  initial,
  onSaved,
}: {
  draftKey: string;
  initial: NoteDraft;
  onSaved: (id: string) => void;
}) {
  const t = useT();
  const create = useCreateNote();
  const [draft, setDraft] = useState(initial);
  const [kept, setKept] = useState(false);
  useEffect(() => {
    void readDraft(draftKey).then((found) => {
      if (!found) return;
      setDraft(found.draft);
      setKept(true);
    });
  }, [draftKey]);
  useKeep(draftKey, draft, 0, draft !== initial, () => setKept(true));
  const submit = () => {
    if (draft.title.trim() === '' || create.isPending) return;
    create.mutate(draft, {
      onSuccess: (note) => {
        void dropDraft(draftKey);
        toast(t.notes.created);
        onSaved(note.id);
      },
      onError: (error) => toast(failureText(t, error)),
    });
  };
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <NoteForm draft={draft} onChange={setDraft} onSubmit={submit} />
      <div className={styles.foot}>
        <span className="grow faint" role="status">
          {kept ? t.notes.draft : ''}
        </span>
        {kept ? (
          <Button
            look="ghost"
            onClick={() => {
              void dropDraft(draftKey);
              setDraft(initial);
              setKept(false);
            }}
          >
            {t.notes.dropDraft}
          </Button>
        ) : null}
        <Button type="submit" look="primary" disabled={draft.title.trim() === '' || create.isPending}>
          {t.notes.create}
        </Button>
      </div>
    </form>
  );
}

export function EditNote({ id, onDone }: { id: string; onDone: () => void }) {
  const note = useNote(id);
  const [first, setFirst] = useState<Note | null>(null);
  useEffect(() => {
    if (note.data && !first) setFirst(note.data);
  }, [note.data, first]);
  return (
    <Loaded query={note} rows={6}>
      {() =>
        first ? (
          <Editing
            note={first}
            onDone={onDone}
            fetchTheirs={async () => (await note.refetch()).data ?? null}
          />
        ) : null
      }
    </Loaded>
  );
}

interface EditingProps {
  note: Note;
  onDone: () => void;
  fetchTheirs: () => Promise<Note | null>;
}

function Editing({ note, onDone, fetchTheirs }: EditingProps) {
  const t = useT();
  const save = useSaveNote(note.id);
  const key = `note:${note.id}`;
  const [draft, setDraft] = useState<NoteDraft>(draftOf(note));
  const [revision, setRevision] = useState(note.revision);
  const [saved, setSaved] = useState<NoteDraft>(draft);
  const [found, setFound] = useState<KeptDraft | null>(null);
  const [theirs, setTheirs] = useState<Note | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const dirty = draft !== saved;
  useEffect(() => {
    void readDraft(key).then(
      (old) => old && JSON.stringify(old.draft) !== JSON.stringify(draftOf(note)) && setFound(old),
    );
  }, [key, note]);
  useKeep(key, draft, revision, dirty, () => undefined);
  const send = async (value: NoteDraft, against: number) => {
    try {
      const answer = await save.mutateAsync({ draft: value, revision: against });
      setRevision(answer.revision);
      setSaved(value);
      setTheirs(null);
      setFailed(null);
      await dropDraft(key);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.failure === 'conflict') setTheirs(await fetchTheirs());
      else setFailed(failureText(t, error));
      return false;
    }
  };
  const latest = useRef(send);
  latest.current = send;
  const blocked = theirs !== null || found !== null;
  useEffect(() => {
    if (!dirty || blocked || draft.title.trim() === '') return;
    const timer = setTimeout(() => void latest.current(draft, revision), AUTOSAVE_MS);
    return () => clearTimeout(timer);
  }, [draft, dirty, blocked, revision]);
  const finish = async () => {
    if (!dirty || (await send(draft, revision))) onDone();
  };
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        void finish();
      }}
    >
      {found ? (
        <div className={styles.conflict} role="alert">
          <p>{t.notes.restoreDraft}</p>
          <div className={styles.row}>
            <Button
              small
              onClick={() => {
                setDraft(found.draft);
                setFound(null);
              }}
            >
              {t.notes.useDraft}
            </Button>
            <Button
              small
              onClick={() => {
                void dropDraft(key);
                setFound(null);
              }}
            >
              {t.notes.dropDraft}
            </Button>
          </div>
        </div>
      ) : null}
      {theirs ? (
        <Conflict
          mine={draft}
          theirs={theirs}
          onMine={() => void send(draft, theirs.revision)}
          onTheirs={() => {
            const taken = draftOf(theirs);
            setDraft(taken);
            setSaved(taken);
            setRevision(theirs.revision);
            setTheirs(null);
          }}
        />
      ) : null}
      <NoteForm draft={draft} onChange={setDraft} onSubmit={() => void finish()} />
      <div className={styles.foot}>
        <span className="grow faint" role="status">
          {failed ?? (save.isPending ? t.notes.saving : dirty ? t.notes.unsaved : t.notes.saved)}
        </span>
        <Button type="submit" look="primary" disabled={draft.title.trim() === ''}>
          {t.app.save}
        </Button>
      </div>
    </form>
  );
}

function Conflict({
  mine,
  theirs,
  onMine,
  onTheirs,
}: {
  mine: NoteDraft;
  theirs: Note;
  onMine: () => void;
  onTheirs: () => void;
}) {
  const t = useT();
  return (
    <div className={styles.conflict} role="alert">
      <strong>{t.notes.conflictTitle}</strong>
      <p>{t.notes.conflictText}</p>
      <div className={styles.versions}>
        <div className={styles.version}>
          <span className="faint">{t.notes.mine}</span>
          <strong>{mine.title}</strong>
          <pre>{mine.body}</pre>
        </div>
        <div className={styles.version}>
          <span className="faint">
            {t.notes.theirs} · {theirs.author?.name}
          </span>
          <strong>{theirs.title}</strong>
          <pre>{theirs.body}</pre>
        </div>
      </div>
      <div className={styles.row}>
        <Button small onClick={onMine}>
          {t.notes.keepMine}
        </Button>
        <Button small onClick={onTheirs}>
          {t.notes.takeTheirs}
        </Button>
      </div>
    </div>
  );
}

function draftOf(note: Note): NoteDraft {
  const { kind, title, body, tags, project, visibility, issue_ids } = note;
  return { kind, title, body, tags, project, visibility, issue_ids };
}

/** Keeps the draft on this machine shortly after each change. */
function useKeep(
  key: string,
  draft: NoteDraft,
  revision: number,
  changed: boolean,
  onKept: () => void,
): void {
  const kept = useRef(onKept);
  kept.current = onKept;
  useEffect(() => {
    if (!changed) return;
    const timer = setTimeout(
      () => void keepDraft(key, { draft, revision, at: Date.now() }).then(() => kept.current()),
      DRAFT_MS,
    );
    return () => clearTimeout(timer);
  }, [key, draft, revision, changed]);
}
