/** A note being written: title, kind, tags, visibility, text; source, both, or as it will read. */
import { X } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useState } from 'react';
import type { NoteDraft, Visibility } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { Chip } from '../../ui/Chip';
import controls from '../../ui/controls.module.css';
import { Segmented } from '../../ui/Segmented';
import { Skeleton } from '../../ui/states';
import { Markdown } from './Markdown';
import styles from './notes.module.css';
import { useTags } from './queries';

const MarkdownEditor = lazy(() =>
  import('./MarkdownEditor').then((module) => ({ default: module.MarkdownEditor })),
);

const VISIBILITIES: Visibility[] = ['private', 'project', 'everyone'];

interface Props {
  draft: NoteDraft;
  onChange: (draft: NoteDraft) => void;
  onSubmit: () => void;
}

export function NoteForm({ draft, onChange, onSubmit }: Props) {
  const t = useT();
  const [mode, setMode] = useState<'write' | 'both' | 'read'>('write');
  const set = (part: Partial<NoteDraft>) => onChange({ ...draft, ...part });
  return (
    <>
      <input
        className={styles.titleInput}
        aria-label={t.notes.titleLabel}
        placeholder={t.notes.titlePlaceholder}
        value={draft.title}
        maxLength={200}
        onChange={(event) => set({ title: event.target.value })}
        onKeyDown={(event) => (event.metaKey || event.ctrlKey) && event.key === 'Enter' && onSubmit()}
      />
      <div className={styles.row}>
        <Segmented
          label={t.notes.kind}
          value={draft.kind}
          options={[
            { value: 'error', label: t.notes.error },
            { value: 'general', label: t.notes.note },
          ]}
          onChange={(kind) => set({ kind })}
        />
        <select
          className={controls.input}
          style={{ width: 'auto' }}
          aria-label={t.notes.visibility}
          value={draft.visibility}
          onChange={(event) => set({ visibility: event.target.value as Visibility })}
        >
          {VISIBILITIES.filter((entry) => entry !== 'project' || draft.project).map((entry) => (
            <option key={entry} value={entry}>
              {t.notes[entry]}
            </option>
          ))}
        </select>
        <TagBox tags={draft.tags} onChange={(tags) => set({ tags })} />
      </div>
      <div className={styles.row}>
        <Segmented
          label={t.notes.bodyLabel}
          value={mode}
          options={[
            { value: 'write', label: t.notes.write },
            { value: 'both', label: t.notes.both },
            { value: 'read', label: t.notes.read },
          ]}
          onChange={setMode}
        />
      </div>
      <div className={`${styles.panes} ${mode === 'both' ? styles.both : ''}`}>
        {mode === 'read' ? null : (
          <div>
            <Suspense fallback={<Skeleton rows={5} />}>
              <MarkdownEditor value={draft.body} onChange={(body) => set({ body })} onSubmit={onSubmit} />
            </Suspense>
          </div>
        )}
        {mode === 'write' ? null : (
          <div className={styles.preview}>
            <Markdown body={draft.body} />
          </div>
        )}
      </div>
    </>
  );
}

const TAG_LENGTH_MAX = 60;

function TagBox({ tags, onChange }: { tags: string[]; onChange: (tags: string[]) => void }) {
  const t = useT();
  const known = useTags();
  const [text, setText] = useState('');
  const add = () => {
    const tag = normaliseTag(text);
    if (tag && !tags.includes(tag)) onChange([...tags, tag]);
    setText('');
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      add();
    } else if (event.key === 'Backspace' && text === '') onChange(tags.slice(0, -1));
  };
  return (
    <div className={styles.tagBox}>
      {tags.map((tag) => (
        <Chip key={tag} tone="tag">
          <span>#{tag}</span>
          <button
            type="button"
            aria-label={t.notes.removeTag(tag)}
            onClick={() => onChange(tags.filter((entry) => entry !== tag))}
          >
            <X size={11} />
          </button>
        </Chip>
      ))}
      <input
        className={styles.tagInput}
        aria-label={t.notes.addTag}
        placeholder={t.notes.addTag}
        list="known-tags"
        value={text}
        maxLength={TAG_LENGTH_MAX}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
        onBlur={add}
      />
      <datalist id="known-tags">
        {known.data?.map((tag) => (
          <option key={tag.name} value={tag.name} />
        ))}
      </datalist>
    </div>
  );
}

/** `#DB  Pool` and `db pool` are one tag. */
export function normaliseTag(text: string): string {
  return text.normalize('NFC').trim().replace(/^#+/, '').trim().replace(/\s+/g, ' ').toLowerCase();
}
