/** Settings of a project, a tab each. */
import { Link, useParams } from '@tanstack/react-router';
import { allows, useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { PageFrame } from '../../ui/PageFrame';
import { Guide } from './Guide';
import { MembersTab } from './MembersTab';
import { ProjectTab } from './ProjectTab';
import styles from './settings.module.css';
import { TokensTab } from './TokensTab';

const TABS = ['projects', 'members', 'tokens', 'guide'] as const;

export interface TabProps {
  project: string;
  /** May change things; a viewer sees the controls disabled. */
  may: boolean;
}

export function SettingsPage() {
  const t = useT();
  const session = useSession();
  const params = useParams({ strict: false }) as { project: string; tab: string };
  const tab = TABS.find((name) => name === params.tab) ?? 'projects';
  const may = allows(session, params.project, 'owner');
  const props = { project: params.project, may };
  return (
    <PageFrame title={`${t.settings.title} · ${t.settings.tabs[tab]}`} heading={t.settings.title}>
      <nav className={styles.tabs} aria-label={t.settings.title}>
        {TABS.map((name) => (
          <Link
            key={name}
            to="/p/$project/settings/$tab"
            params={{ project: params.project, tab: name }}
            className={styles.tab}
            aria-current={name === tab ? 'page' : undefined}
          >
            {t.settings.tabs[name]}
          </Link>
        ))}
      </nav>
      {may ? null : <p className="dim">{t.settings.needsRole(t.settings.roles.owner ?? 'owner')}</p>}
      {tab === 'projects' ? <ProjectTab key={params.project} {...props} /> : null}
      {tab === 'members' ? <MembersTab {...props} /> : null}
      {tab === 'tokens' ? <TokensTab {...props} /> : null}
      {tab === 'guide' ? <Guide {...props} /> : null}
    </PageFrame>
  );
}
