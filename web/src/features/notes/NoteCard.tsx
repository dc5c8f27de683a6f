/** A note in a list. */
import { Link } from '@tanstack/react-router';
import { Bug, Link2, MessageSquare } from 'lucide-react';
import type { NoteItem } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Chip } from '../../ui/Chip';
import { Time } from '../../ui/Time';
import styles from './notes.module.css';

export function NoteCard({ note }: { note: NoteItem }) {
  const t = useT();
  return (
    <Link
      to="/notes/$id"
      params={{ id: note.id }}
      className={styles.card}
      data-mine={note.mine}
      data-note={note.id}
    >
      <span className={styles.cardTitle}>{inert(note.title, 200)}</span>
      <span className={styles.excerpt}>{inert(note.excerpt ?? '', 300)}</span>
      <span className="rowflex wrap">
        {note.kind === 'error' ? (
          <Chip tone="amber">
            <Bug size={11} /> {t.notes.error}
          </Chip>
        ) : null}
        {(note.tags ?? []).map((tag) => (
          <Chip key={tag} tone="tag">
            #{inert(tag, 40)}
          </Chip>
        ))}
      </span>
      <span className={styles.cardFoot}>
        <span>{inert(note.author?.name ?? '', 60)}</span>
        <Time at={note.updated_at} />
        <span className={styles.icons}>
          <span title={t.notes.links}>
            <Link2 size={12} aria-hidden="true" /> {note.link_count ?? 0}
          </span>
          <span title={t.notes.comments(note.comment_count ?? 0)}>
            <MessageSquare size={12} aria-hidden="true" /> {note.comment_count ?? 0}
          </span>
        </span>
      </span>
    </Link>
  );
}
