/** Which note to link with: what may not be linked stands there disabled, with the reason. */
import { useState } from 'react';
import { failureText } from '../../api/problem';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Chip } from '../../ui/Chip';
import controls from '../../ui/controls.module.css';
import { Empty, Loaded } from '../../ui/states';
import { toast } from '../../ui/toasts';
import { linkRefusal } from './linkRules';
import styles from './notes.module.css';
import { useLinkNote, useNote, useNotes, useUnlinkNote } from './queries';

export function LinkPicker({ id }: { id: string }) {
  const t = useT();
  const [q, setQ] = useState('');
  const note = useNote(id);
  const notes = useNotes({ q: q || undefined });
  const link = useLinkNote();
  const unlink = useUnlinkNote();
  const failed = (error: unknown) => toast(failureText(t, error));
  return (
    <Loaded query={note} rows={5}>
      {(current) => {
        const linked = new Set([...current.links, ...current.backlinks].map((other) => other.id));
        const connect = (to: string) =>
          link.mutate(
            { from: id, to },
            {
              onSuccess: () =>
                toast(t.notes.linked, {
                  actions: [
                    { label: t.app.undo, run: () => unlink.mutate({ from: id, to }, { onError: failed }) },
                  ],
                }),
              onError: failed,
            },
          );
        const cut = (to: string) =>
          unlink.mutate(
            { from: id, to },
            {
              onSuccess: () =>
                toast(t.notes.unlinked, {
                  actions: [
                    { label: t.app.undo, run: () => link.mutate({ from: id, to }, { onError: failed }) },
                  ],
                }),
              onError: failed,
            },
          );
        return (
          <div className={styles.editor}>
            <p>
              <strong>{inert(current.title, 200)}</strong>
            </p>
            <input
              type="search"
              className={controls.input}
              aria-label={t.notes.search}
              placeholder={t.notes.search}
              value={q}
              onChange={(event) => setQ(event.target.value)}
            />
            <Loaded query={notes} rows={5}>
              {(data) => {
                const items = data.pages.flatMap((page) => page.items);
                if (items.length === 0) return <Empty title={t.notes.emptyFilter} />;
                return (
                  <div>
                    {items.map((other) => {
                      const refusal = linkRefusal(current, other, linked.has(other.id));
                      const own = current.links.some((entry) => entry.id === other.id);
                      return (
                        <button
                          key={other.id}
                          type="button"
                          className={styles.pickRow}
                          disabled={refusal !== null && !(refusal === 'exists' && own)}
                          onClick={() => (own ? cut(other.id) : connect(other.id))}
                        >
                          <Chip tone={other.mine ? 'amber' : 'lavender'}>
                            {other.mine ? t.notes.mine : inert(other.author.name, 40)}
                          </Chip>
                          <span className="grow clip">{inert(other.title, 200)}</span>
                          <span className="faint">
                            {own ? t.notes.unlink : refusal ? t.notes.linkRules[refusal] : t.notes.link}
                          </span>
                        </button>
                      );
                    })}
                  </div>
                );
              }}
            </Loaded>
          </div>
        );
      }}
    </Loaded>
  );
}
