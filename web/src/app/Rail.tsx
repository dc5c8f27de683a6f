/** The dark rail: where one can go, what has not been seen, who one is. */
import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import {
  Bug,
  LayoutDashboard,
  LibraryBig,
  LogOut,
  NotebookPen,
  PanelLeftClose,
  PanelLeftOpen,
  Settings,
  TerminalSquare,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useT } from '../i18n/i18n';
import { store, stored } from '../lib/preferences';
import { IconButton } from '../ui/Button';
import { Logo } from '../ui/Logo';
import { signOut, useSession } from './session';
import styles from './shell.module.css';
import { useUnseen } from './useUnseen';

export function Rail({ project }: { project: string | null }) {
  const t = useT();
  const [collapsed, setCollapsed] = useState(() => stored('rail') === 'collapsed' || innerWidth < 1100);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const unseen = useUnseen(project);
  const fold = () => {
    store('rail', collapsed ? 'open' : 'collapsed');
    setCollapsed(!collapsed);
  };
  return (
    <nav
      className={`${styles.rail} ${collapsed ? styles.collapsed : ''}`}
      aria-label={t.app.mainNav}
      data-noprint
    >
      <Link to="/" className={styles.brand} aria-label="Omegi">
        <Logo />
        <span className={`${styles.label} ${styles.brandWord}`}>Omegi</span>
      </Link>
      {project ? (
        <>
          <Item
            to={`/p/${project}`}
            active={path === `/p/${project}`}
            label={t.nav.dashboard}
            icon={<LayoutDashboard size={18} />}
          >
            {unseen > 0 ? (
              <span className={styles.dot}>
                <span aria-hidden="true">{unseen > 99 ? '99+' : unseen}</span>
                <span className="vh">{t.app.newErrors(unseen)}</span>
              </span>
            ) : null}
          </Item>
          <Item
            to={`/p/${project}/issues`}
            active={/^\/p\/[^/]+\/(issues|errors|traces|compare)/.test(path)}
            label={t.nav.errors}
            icon={<Bug size={18} />}
          />
        </>
      ) : null}
      <Item
        to="/notes"
        active={path.startsWith('/notes') && path !== '/notes/all'}
        label={t.nav.notes}
        icon={<NotebookPen size={18} />}
      />
      <Item
        to="/notes/all"
        active={path === '/notes/all'}
        label={t.nav.allNotes}
        icon={<LibraryBig size={18} />}
      />
      {project ? (
        <>
          <Item
            to={`/p/${project}/query`}
            active={/\/query/.test(path)}
            label={t.nav.query}
            icon={<TerminalSquare size={18} />}
          />
          <Item
            to={`/p/${project}/settings/projects`}
            active={/\/settings/.test(path)}
            label={t.nav.settings}
            icon={<Settings size={18} />}
          />
        </>
      ) : null}
      <Foot collapsed={collapsed} onFold={fold} />
    </nav>
  );
}

function Item({
  to,
  active,
  label,
  icon,
  children,
}: {
  to: string;
  active: boolean;
  label: string;
  icon: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Link
      to={to}
      className={styles.railLink}
      aria-current={active ? 'page' : undefined}
      title={label}
      activeOptions={{ exact: true, includeSearch: false }}
    >
      {icon}
      <span className={styles.label}>{label}</span>
      {children}
    </Link>
  );
}

function Foot({ collapsed, onFold }: { collapsed: boolean; onFold: () => void }) {
  const t = useT();
  const session = useSession();
  const client = useQueryClient();
  const name = session?.user.name ?? session?.user.email ?? '';
  const leave = async () => {
    await signOut(client).catch(() => undefined);
    location.assign('/login');
  };
  return (
    <div className={styles.railFoot}>
      <Link to="/preferences" className={styles.profile} title={t.settings.preferences}>
        <span className={styles.avatar} aria-hidden="true">
          {(name[0] ?? '·').toUpperCase()}
        </span>
        <span className={`${styles.label} clip`}>{name || t.settings.preferences}</span>
      </Link>
      <div className={styles.railRow}>
        <IconButton
          label={collapsed ? t.app.expandRail : t.app.collapseRail}
          onClick={onFold}
          aria-expanded={!collapsed}
        >
          {collapsed ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
        </IconButton>
        <IconButton label={t.app.signOut} onClick={() => void leave()}>
          <LogOut size={16} />
        </IconButton>
      </div>
    </div>
  );
}
