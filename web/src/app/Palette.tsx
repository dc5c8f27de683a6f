/** The command palette: projects, services, errors, notes and actions in one list, worked by the keyboard. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Bug, CornerDownRight, FolderKanban, Search, StickyNote, Zap } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useState } from 'react';
import { api } from '../api/http';
import { keys } from '../api/keys';
import { page } from '../api/shape';
import type { SearchHit } from '../api/types';
import { useI18n } from '../i18n/i18n';
import { inert } from '../lib/format';
import { setTheme } from '../lib/preferences';
import controls from '../ui/controls.module.css';
import { useOpener } from '../ui/useOpener';
import styles from './overlay.module.css';
import { useSession } from './session';

interface Entry {
  id: string;
  group: string;
  text: string;
  detail?: string;
  icon: ReactNode;
  run: () => void;
}

const SHOWN_MAX = 40;

export function Palette({
  project,
  onClose,
  onKeys,
}: {
  project: string | null;
  onClose: () => void;
  onKeys: () => void;
}) {
  const { t } = useI18n();
  const id = useId();
  const giveBack = useOpener(true);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const entries = useEntries(text, project, onKeys);
  const index = Math.min(at, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = (index + step + entries.length) % Math.max(1, entries.length);
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(entries[index]);
    }
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className={controls.scrim} aria-hidden="true" />
        <Dialog.Content className={styles.palette} aria-describedby={undefined} onCloseAutoFocus={giveBack}>
          <Dialog.Title className="vh">{t.palette.title}</Dialog.Title>
          <div className={styles.paletteInput}>
            <Search size={16} aria-hidden="true" />
            <input
              role="combobox"
              aria-label={t.palette.title}
              aria-expanded="true"
              aria-controls={`${id}-list`}
              aria-activedescendant={entries.length > 0 ? `${id}-${index}` : undefined}
              placeholder={t.palette.placeholder}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKey}
            />
          </div>
          <div className={styles.paletteList} role="listbox" id={`${id}-list`} aria-label={t.palette.title}>
            {entries.length === 0 ? <p className={styles.paletteGroup}>{t.palette.empty}</p> : null}
            {entries.map((entry, row) => (
              <div key={entry.id}>
                {entries[row - 1]?.group !== entry.group ? (
                  <p className={styles.paletteGroup} aria-hidden="true">
                    {entry.group}
                  </p>
                ) : null}
                <div
                  id={`${id}-${row}`}
                  role="option"
                  aria-selected={row === index}
                  className={styles.paletteItem}
                  onClick={() => run(entry)}
                  onPointerMove={() => setAt(row)}
                >
                  {entry.icon}
                  <span className="clip">{entry.text}</span>
                  {entry.detail ? <span className="clip faint">{entry.detail}</span> : null}
                </div>
              </div>
            ))}
          </div>
          <p className={styles.paletteFoot}>{t.palette.hint}</p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useEntries(text: string, project: string | null, onKeys: () => void): Entry[] {
  const { t } = useI18n();
  const navigate = useNavigate();
  const session = useSession();
  const needle = text.trim().toLowerCase();
  const go = (to: string) => () => void navigate({ to });
  const pages: [string, string][] = [
    ...(project
      ? ([
          [t.nav.dashboard, `/p/${project}`],
          [t.nav.errors, `/p/${project}/issues`],
        ] as [string, string][])
      : []),
    [t.nav.notes, '/notes'],
    [t.nav.allNotes, '/notes/all'],
    ...(project
      ? ([
          [t.nav.query, `/p/${project}/query`],
          [t.nav.settings, `/p/${project}/settings/projects`],
          [t.settings.tabs.guide, `/p/${project}/settings/guide`],
        ] as [string, string][])
      : []),
    [t.settings.preferences, '/preferences'],
  ];
  const own: Entry[] = [
    ...pages.map(([name, to]) => ({
      id: `go:${to}`,
      group: t.palette.actions,
      text: t.palette.goTo(name),
      icon: <CornerDownRight size={16} />,
      run: go(to),
    })),
    ...(
      [
        [
          t.app.newNote,
          () => void navigate({ to: '.', search: (old: object) => ({ ...old, side: 'new' }) } as never),
        ],
        [`${t.app.theme}: ${t.app.themeLight}`, () => setTheme('light')],
        [`${t.app.theme}: ${t.app.themeDark}`, () => setTheme('dark')],
        [`${t.app.theme}: ${t.app.themeSystem}`, () => setTheme('system')],
        [t.keys.title, onKeys],
      ] as [string, () => void][]
    ).map(([name, run]) => ({
      id: `do:${name}`,
      group: t.palette.actions,
      text: name,
      icon: <Zap size={16} />,
      run,
    })),
    ...(session?.projects ?? []).map((entry) => ({
      id: `project:${entry.slug}`,
      group: t.palette.projects,
      text: t.palette.switchTo(entry.name),
      icon: <FolderKanban size={16} />,
      run: go(`/p/${entry.slug}`),
    })),
  ];
  const hits = useHits(needle, project);
  const found = own.filter((entry) => entry.text.toLowerCase().includes(needle));
  return [...hits, ...found].slice(0, SHOWN_MAX);
}

function useHits(needle: string, project: string | null): Entry[] {
  const { t } = useI18n();
  const navigate = useNavigate();
  const deferred = useDeferredValue(needle);
  const { data } = useQuery({
    queryKey: keys.search(deferred, project),
    queryFn: async ({ signal }) =>
      page<SearchHit>(await api.get('/search', { query: { q: deferred, limit: 20 }, signal })),
    enabled: deferred.length > 1,
    retry: false,
    placeholderData: (old) => old,
  });
  if (needle.length < 2) return [];
  return (data?.items ?? []).map((hit) => ({
    id: `${hit.kind}:${hit.id}`,
    group:
      hit.kind === 'note' ? t.palette.notes : hit.kind === 'service' ? t.palette.services : t.palette.errors,
    text: inert(hit.title, 200),
    detail: inert(hit.snippets?.[0]?.text.replace(/<\/?(mark|em|b)>/g, '') ?? '', 120),
    icon: hit.kind === 'note' ? <StickyNote size={16} /> : <Bug size={16} />,
    run: () => void navigate({ to: addressOf(hit, project) }),
  }));
}

function addressOf(hit: SearchHit, project: string | null): string {
  const slug = encodeURIComponent(hit.project ?? project ?? '');
  const id = encodeURIComponent(hit.id);
  if (hit.kind === 'note') return `/notes/${id}`;
  if (hit.kind === 'issue') return `/p/${slug}/issues/${id}`;
  if (hit.kind === 'error') return `/p/${slug}/errors/${id}`;
  return `/p/${slug}/issues?q=${encodeURIComponent(`service:${hit.title}`)}`;
}
