/** A new project; also where one lands who has none yet. */
import { allows, useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { PageFrame } from '../../ui/PageFrame';
import { Empty, Panel } from '../../ui/states';
import { ProjectForm } from './ProjectForm';
import styles from './settings.module.css';

export function Welcome() {
  const t = useT();
  const session = useSession();
  const may = allows(session, undefined, 'member');
  return (
    <PageFrame title={t.settings.newProject}>
      <Panel className={styles.narrow} label={t.settings.newProject}>
        {may ? <ProjectForm /> : <Empty title={t.settings.needsRole(t.settings.roles.member ?? 'member')} />}
      </Panel>
    </PageFrame>
  );
}
