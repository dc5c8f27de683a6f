/** Above every page: which project, which time, is it live, find anything. */
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { Check, ChevronDown, FolderKanban, Moon, Plus, Search, Sun, UserRound } from 'lucide-react';
import { useState } from 'react';
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, useI18n, useT } from '../i18n/i18n';
import { isDark, setTheme } from '../lib/preferences';
import { MOD_LABEL } from '../lib/shortcuts';
import { IconButton } from '../ui/Button';
import { Kbd } from '../ui/Chip';
import { Menu, MenuItem, MenuSeparator } from '../ui/Menu';
import { LiveBadge } from './LiveBadge';
import { RangePicker } from './RangePicker';
import { allows, useSession } from './session';
import styles from './shell.module.css';

export function Topbar({ project, onFind }: { project: string | null; onFind: () => void }) {
  const t = useT();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const ranged = /^\/p\/[^/]+(\/issues)?$/.test(path);
  return (
    <header className={styles.topbar} data-noprint>
      <ProjectMenu project={project} />
      <button type="button" className={styles.finder} onClick={onFind} aria-keyshortcuts="Meta+K Control+K">
        <Search size={14} aria-hidden="true" />
        <span className="grow">{t.app.search}</span>
        <Kbd>{MOD_LABEL} K</Kbd>
        <span className="vh">{t.palette.title}</span>
      </button>
      {ranged ? <RangePicker /> : null}
      <LiveBadge />
      <LanguageMenu />
      <ThemeToggle />
    </header>
  );
}

function ProjectMenu({ project }: { project: string | null }) {
  const t = useT();
  const session = useSession();
  const navigate = useNavigate();
  const name = session?.projects.find((entry) => entry.slug === project)?.name ?? project ?? t.app.noProject;
  return (
    <Menu
      trigger={
        <button type="button" className={styles.pick} aria-label={`${t.app.project}: ${name}`}>
          <FolderKanban size={16} aria-hidden="true" />
          <span className="clip">{name}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      }
    >
      {session?.projects.map((entry) => (
        <MenuItem
          key={entry.slug}
          onSelect={() => void navigate({ to: '/p/$project', params: { project: entry.slug } })}
          icon={entry.slug === project ? <Check size={14} /> : <span className="vh" />}
        >
          {entry.name}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<UserRound size={14} />} onSelect={() => void navigate({ to: '/preferences' })}>
        {t.settings.preferences}
      </MenuItem>
      {allows(session, undefined, 'member') ? (
        <>
          <MenuSeparator />
          <MenuItem icon={<Plus size={14} />} onSelect={() => void navigate({ to: '/welcome' })}>
            {t.settings.newProject}
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}

export function LanguageMenu() {
  const { language, t } = useI18n();
  return (
    <Menu
      trigger={
        <IconButton label={t.app.language} data-spare>
          <span aria-hidden="true">{language === 'ko' ? '가' : 'A'}</span>
        </IconButton>
      }
    >
      {LANGUAGES.map((entry) => (
        <MenuItem
          key={entry}
          onSelect={() => chooseLanguage(entry)}
          icon={entry === language ? <Check size={14} /> : <span className="vh" />}
        >
          <span lang={entry}>{LANGUAGE_NAMES[entry]}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}

export function ThemeToggle() {
  const t = useT();
  const [dark, setDark] = useState(isDark);
  const flip = () => {
    setTheme(dark ? 'light' : 'dark');
    setDark(!dark);
  };
  return (
    <IconButton
      label={`${t.app.theme}: ${dark ? t.app.themeDark : t.app.themeLight}`}
      onClick={flip}
      data-spare
    >
      {dark ? <Moon size={16} /> : <Sun size={16} />}
    </IconButton>
  );
}
