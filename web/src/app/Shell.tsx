/** The frame of every signed-in page: rail, top bar, content, side sheet, notices, live stream. */
import { Outlet, useNavigate, useParams, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { onUnauthorized } from '../api/http';
import { useT } from '../i18n/i18n';
import { applyStored, setTheme, theme } from '../lib/preferences';
import { trackPrefix, useShortcuts } from '../lib/shortcuts';
import { hub } from '../live/hub';
import { Boundary } from '../ui/states';
import { Toasts, toast } from '../ui/toasts';
import { absoluteLink, signInAddress } from './links';
import { lastProject, rememberProject } from './place';
import { Rail } from './Rail';
import { SideSheet } from './SideSheet';
import { useSession } from './session';
import styles from './shell.module.css';
import { Topbar } from './Topbar';
import { useLive } from './useLive';

const Palette = lazy(() => import('./Palette').then((module) => ({ default: module.Palette })));
const KeysHelp = lazy(() => import('./KeysHelp').then((module) => ({ default: module.KeysHelp })));

export function Shell() {
  const t = useT();
  const session = useSession();
  const { project: inUrl } = useParams({ strict: false }) as { project?: string };
  const project = inUrl ?? (session ? lastProject(session) : null);
  const [overlay, setOverlay] = useState<'palette' | 'keys' | null>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  useStart();
  useLive(project);
  useExpired();
  useGlobalKeys(project, setOverlay);
  useEffect(() => {
    if (inUrl) rememberProject(inUrl);
  }, [inUrl]);
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        {t.app.skip}
      </a>
      <Rail project={project} />
      <div className={styles.frame}>
        <Topbar project={project} onFind={() => setOverlay('palette')} />
        <div className={styles.body}>
          <main id="content" className={styles.main} tabIndex={-1} data-scroll>
            <Boundary key={pathname}>
              <Outlet />
            </Boundary>
          </main>
          <SideSheet project={project} />
        </div>
      </div>
      <Toasts />
      <Suspense>
        {overlay === 'palette' ? (
          <Palette project={project} onClose={() => setOverlay(null)} onKeys={() => setOverlay('keys')} />
        ) : null}
        {overlay === 'keys' ? <KeysHelp onClose={() => setOverlay(null)} /> : null}
      </Suspense>
    </div>
  );
}

function useStart(): void {
  useEffect(() => {
    applyStored();
    hub.start();
    window.addEventListener('keydown', trackPrefix);
    return () => {
      window.removeEventListener('keydown', trackPrefix);
      hub.stop();
    };
  }, []);
}

/** A lost session leads to the sign-in and back to this very place. */
function useExpired(): void {
  const router = useRouter();
  useEffect(
    () => onUnauthorized(() => location.assign(signInAddress(router.state.location.href, true))),
    [router],
  );
}

function useGlobalKeys(project: string | null, open: (overlay: 'palette' | 'keys') => void): void {
  const t = useT();
  const navigate = useNavigate();
  const go = (to: string) => () => void navigate({ to });
  const inProject = (rest: string) => () => project && void navigate({ to: `/p/${project}${rest}` });
  useShortcuts({
    'mod+k': () => open('palette'),
    '?': () => open('keys'),
    'g d': inProject(''),
    'g e': inProject('/issues'),
    'g n': go('/notes'),
    'g a': go('/notes/all'),
    'g q': inProject('/query'),
    'g s': inProject('/settings/projects'),
    '/': () => document.querySelector<HTMLInputElement>('[data-page-search]')?.focus(),
    'shift+l': () => {
      void navigator.clipboard?.writeText(absoluteLink(location.href, Date.now()));
      toast(t.app.copied);
    },
    'shift+d': () => setTheme(theme() === 'dark' ? 'light' : 'dark'),
  });
}
