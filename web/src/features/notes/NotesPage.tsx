/** My notes: as a list, or as the graph of what hangs together. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Network, Plus, Rows3 } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useT } from '../../i18n/i18n';
import { Button } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { PageFrame } from '../../ui/PageFrame';
import { Segmented } from '../../ui/Segmented';
import { Empty, Loaded, Skeleton } from '../../ui/states';
import { NoteCard } from './NoteCard';
import styles from './notes.module.css';
import { useNotes, useTags } from './queries';

const NoteGraphPanel = lazy(() =>
  import('../notegraph/NoteGraphPanel').then((module) => ({ default: module.NoteGraphPanel })),
);

export interface NotesSearch {
  view?: string;
  q?: string;
  kind?: string;
  tag?: string;
  visibility?: string;
}

export function NotesPage() {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as NotesSearch;
  const graph = search.view === 'graph';
  const update = (part: object, replace = false) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...part }), replace } as never);
  return (
    <PageFrame
      title={t.notes.title}
      tools={
        <>
          <Segmented
            label={t.notes.title}
            value={graph ? 'graph' : 'list'}
            options={[
              {
                value: 'list',
                label: (
                  <>
                    <Rows3 size={14} /> {t.notes.list}
                  </>
                ),
              },
              {
                value: 'graph',
                label: (
                  <>
                    <Network size={14} /> {t.notes.graph}
                  </>
                ),
              },
            ]}
            onChange={(value) => update({ view: value === 'graph' ? 'graph' : undefined })}
          />
          <Button look="primary" onClick={() => update({ side: 'new' })}>
            <Plus size={14} /> {t.notes.new}
          </Button>
        </>
      }
    >
      {graph ? (
        <Suspense fallback={<Skeleton rows={10} />}>
          <NoteGraphPanel />
        </Suspense>
      ) : (
        <>
          <NoteFilters search={search} update={update} visibility />
          <NoteList
            filter={{
              scope: 'mine',
              q: search.q,
              kind: search.kind,
              tag: search.tag,
              visibility: search.visibility,
            }}
          />
        </>
      )}
    </PageFrame>
  );
}

export function NoteFilters({
  search,
  update,
  visibility = false,
}: {
  search: NotesSearch;
  update: (part: object, replace?: boolean) => void;
  visibility?: boolean;
}) {
  const t = useT();
  const tags = useTags();
  return (
    <search className={styles.bar}>
      <input
        data-page-search
        type="search"
        className={`${controls.input} ${styles.search}`}
        aria-label={t.notes.search}
        placeholder={t.notes.search}
        value={search.q ?? ''}
        onChange={(event) => update({ q: event.target.value || undefined }, true)}
      />
      <Choice
        label={t.notes.kind}
        value={search.kind}
        options={[
          ['error', t.notes.error],
          ['general', t.notes.note],
        ]}
        onChange={(kind) => update({ kind })}
      />
      <Choice
        label={t.notes.tag}
        value={search.tag}
        options={(tags.data ?? []).map((tag) => [tag.name, `#${tag.name} (${tag.count})`])}
        onChange={(tag) => update({ tag })}
      />
      {visibility ? (
        <Choice
          label={t.notes.visibility}
          value={search.visibility}
          options={[
            ['private', t.notes.private],
            ['project', t.notes.project],
            ['everyone', t.notes.everyone],
          ]}
          onChange={(value) => update({ visibility: value })}
        />
      ) : null}
    </search>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string | undefined;
  options: [string, string][];
  onChange: (value: string | undefined) => void;
}) {
  const t = useT();
  return (
    <select
      className={controls.input}
      style={{ width: 'auto' }}
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">
        {label}: {t.app.all}
      </option>
      {options.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  );
}

export function NoteList({
  filter,
  feed = false,
}: {
  filter: Parameters<typeof useNotes>[0];
  feed?: boolean;
}) {
  const t = useT();
  const navigate = useNavigate();
  const notes = useNotes(filter);
  const filtered = Boolean(filter.q || filter.kind || filter.tag || filter.visibility);
  return (
    <Loaded query={notes} rows={6}>
      {(data) => {
        const items = data.pages.flatMap((page) => page.items);
        if (items.length === 0) {
          return filtered ? (
            <Empty title={t.notes.emptyFilter} />
          ) : (
            <Empty
              title={t.notes.empty}
              hint={t.notes.emptyHint}
              action={
                <Button
                  onClick={() =>
                    void navigate({ to: '.', search: (old: object) => ({ ...old, side: 'new' }) } as never)
                  }
                >
                  {t.notes.new}
                </Button>
              }
            />
          );
        }
        return (
          <>
            <div className={feed ? styles.feed : styles.cards}>
              {items.map((note) => (
                <NoteCard key={note.id} note={note} />
              ))}
            </div>
            {notes.hasNextPage ? (
              <div>
                <Button disabled={notes.isFetchingNextPage} onClick={() => void notes.fetchNextPage()}>
                  {t.app.loadMore}
                </Button>
              </div>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}
