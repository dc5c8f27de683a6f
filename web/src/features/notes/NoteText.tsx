/** A note as one reads it: text, what links here with the sentence, comments. */
import { Link, useNavigate } from '@tanstack/react-router';
import { Link2, Lock, Users } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { failureText } from '../../api/problem';
import type { Note } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import controls from '../../ui/controls.module.css';
import { Loaded } from '../../ui/states';
import { Time } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import { IssueCard } from './IssueCard';
import { Markdown } from './Markdown';
import styles from './notes.module.css';
import { useAddComment, useComments, useDeleteComment } from './queries';
import { titleKey } from './wiki';

export function NoteText({ note, heading: Heading = 'h3' }: { note: Note; heading?: 'h1' | 'h3' }) {
  const t = useT();
  const navigate = useNavigate();
  const titles = new Map(
    [...note.links, ...note.backlinks].map((other) => [titleKey(other.title), other.id]),
  );
  const shown = note.issue_ids.filter((id) => !note.body.includes(`![[issue:${id}]]`));
  return (
    <article>
      <Heading className={styles.noteTitle}>{inert(note.title, 300)}</Heading>
      <div className={styles.noteMeta}>
        <Chip tone={note.kind === 'error' ? 'amber' : 'outline'}>
          {note.kind === 'error' ? t.notes.error : t.notes.note}
        </Chip>
        <Chip tone={note.mine ? 'amber' : 'lavender'}>{inert(note.author?.name ?? '', 80)}</Chip>
        <Chip tone="outline">
          {note.visibility === 'private' ? <Lock size={11} /> : <Users size={11} />}{' '}
          <span>{t.notes[note.visibility] ?? note.visibility}</span>
        </Chip>
        {note.tags.map((tag) => (
          <Link key={tag} to="/notes/all" search={{ tag }}>
            <Chip tone="tag">#{inert(tag, 60)}</Chip>
          </Link>
        ))}
        <Time at={note.updated_at} />
      </div>
      {shown.map((id) => (
        <IssueCard key={id} id={id} />
      ))}
      <Markdown body={note.body} resolve={(title) => titles.get(titleKey(title))} />
      <section className={styles.below} aria-label={t.notes.links}>
        <div className="rowflex">
          <h4 className={`${styles.belowTitle} grow`}>
            {note.backlinks.length > 0 ? t.notes.backlinks(note.backlinks.length) : t.notes.noBacklinks}
          </h4>
          <Button
            small
            onClick={() =>
              void navigate({
                to: '.',
                search: (old: object) => ({ ...old, side: `link.${note.id}` }),
              } as never)
            }
          >
            <Link2 size={12} /> {t.notes.link}
          </Button>
        </div>
        {note.backlinks.map((other) => (
          <Link key={other.id} to="/notes/$id" params={{ id: other.id }} className={styles.backlink}>
            <strong>{inert(other.title, 200)}</strong>
            <span className="dim">“{inert(other.sentence, 300)}”</span>
            <span className="faint">{t.notes.by(other.author)}</span>
          </Link>
        ))}
      </section>
      <Comments id={note.id} />
    </article>
  );
}

function Comments({ id }: { id: string }) {
  const t = useT();
  const comments = useComments(id);
  const add = useAddComment(id);
  const remove = useDeleteComment(id);
  const [text, setText] = useState('');
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() === '' || add.isPending) return;
    add.mutate(text.trim(), {
      onSuccess: () => setText(''),
      onError: (error) => toast(failureText(t, error)),
    });
  };
  return (
    <section className={styles.below} aria-label={t.notes.comments(comments.data?.length ?? 0)}>
      <h4 className={styles.belowTitle}>{t.notes.comments(comments.data?.length ?? 0)}</h4>
      <Loaded query={comments} rows={2}>
        {(items) =>
          items.map((comment) => (
            <div key={comment.id} className={styles.comment}>
              <span>
                <strong>{inert(comment.author?.name ?? '', 80)}</strong>{' '}
                <span className="faint">
                  <Time at={comment.created_at} />
                </span>
              </span>
              {comment.mine ? (
                <Button
                  small
                  look="ghost"
                  onClick={() =>
                    remove.mutate(comment.id, {
                      onSuccess: () =>
                        toast(t.app.remove, {
                          actions: [{ label: t.app.undo, run: () => add.mutate(comment.body) }],
                        }),
                      onError: (error) => toast(failureText(t, error)),
                    })
                  }
                >
                  {t.app.remove}
                </Button>
              ) : (
                <span />
              )}
              <p>{inert(comment.body, 20_000)}</p>
            </div>
          ))
        }
      </Loaded>
      <form className={styles.row} onSubmit={submit}>
        <textarea
          className={`${controls.input} ${styles.area}`}
          aria-label={t.notes.comment}
          placeholder={t.notes.comment}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => (event.metaKey || event.ctrlKey) && event.key === 'Enter' && submit()}
        />
        <Button type="submit" disabled={text.trim() === '' || add.isPending}>
          {t.notes.send}
        </Button>
      </form>
    </section>
  );
}
