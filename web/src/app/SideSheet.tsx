/** A sheet beside the page (`?side=`): notes are written and read while the page stays usable. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type PointerEvent, Suspense, useState } from 'react';
import { useT } from '../i18n/i18n';
import { store, stored } from '../lib/preferences';
import { useShortcuts } from '../lib/shortcuts';
import { Boundary, Skeleton } from '../ui/states';
import styles from './shell.module.css';

const NoteSheet = lazy(() =>
  import('../features/notes/NoteSheet').then((module) => ({ default: module.NoteSheet })),
);

const SHARE_MIN = 28;
const SHARE_MAX = 50;
const SHARE_DEFAULT = 40;

export function SideSheet({ project }: { project: string | null }) {
  const t = useT();
  const { side, about } = useSearch({ strict: false }) as { side?: string; about?: string };
  const navigate = useNavigate();
  const [share, setShare] = useState(() => clamp(Number(stored('sheet')) || SHARE_DEFAULT));
  const close = () =>
    void navigate({
      to: '.',
      search: (old: object) => ({ ...old, side: undefined, about: undefined }),
      hash: true,
    } as never);
  useShortcuts({ Escape: close }, Boolean(side));
  if (!side) return null;
  const resize = (next: number) => {
    setShare(clamp(next));
    store('sheet', String(clamp(next)));
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const body = event.currentTarget.parentElement?.parentElement?.getBoundingClientRect();
    if (body) resize(((body.right - event.clientX) / body.width) * 100);
  };
  return (
    <aside className={styles.sheet} style={{ width: `${share}%` }} aria-label={t.notes.reading} data-noprint>
      <div
        className={styles.grip}
        role="separator"
        aria-orientation="vertical"
        aria-label={t.notes.reading}
        aria-valuenow={Math.round(share)}
        aria-valuemin={SHARE_MIN}
        aria-valuemax={SHARE_MAX}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') resize(share + 2);
          if (event.key === 'ArrowRight') resize(share - 2);
        }}
      />
      <Boundary key={side}>
        <Suspense fallback={<Skeleton rows={6} />}>
          <NoteSheet side={side} about={about ?? null} project={project} onClose={close} />
        </Suspense>
      </Boundary>
    </aside>
  );
}

function clamp(share: number): number {
  return Math.min(SHARE_MAX, Math.max(SHARE_MIN, share));
}
