/** The notes of an issue: the half of the product that outlives the error. */
import { Link } from '@tanstack/react-router';
import { NotebookPen } from 'lucide-react';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Loaded } from '../../ui/states';
import detail from '../issues/detail.module.css';
import { useNotes } from './queries';

export function LinkedNotes({ issueId, onNote }: { issueId: string; onNote: () => void }) {
  const t = useT();
  const notes = useNotes({ issue: issueId });
  return (
    <section className={`${detail.block} ${detail.notesBlock}`} aria-label={t.detail.linkedNotes}>
      <div className="rowflex">
        <h3 className={`${detail.blockTitle} grow`}>{t.detail.linkedNotes}</h3>
        <Button small onClick={onNote}>
          <NotebookPen size={12} /> {t.detail.writeNote}
        </Button>
      </div>
      <Loaded query={notes} rows={2}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          if (items.length === 0) return <p className="faint">{t.detail.noNotes}</p>;
          return items.map((note) => (
            <Link
              key={note.id}
              to="."
              search={(old: object) => ({ ...old, side: `read.${note.id}` }) as never}
              className={detail.noteLink}
            >
              <span>{inert(note.title, 200)}</span>
              <span className="faint clip">
                {note.mine ? '' : `${note.author?.name} · `}
                {inert(note.excerpt ?? '', 120)}
              </span>
            </Link>
          ));
        }}
      </Loaded>
    </section>
  );
}
