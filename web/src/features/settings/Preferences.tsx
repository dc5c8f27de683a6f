/** One's own choices: theme, language, density, single keys. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { signOut, useSession } from '../../app/session';
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, useI18n } from '../../i18n/i18n';
import { applyStored, setTheme, store, stored, theme } from '../../lib/preferences';
import { Button } from '../../ui/Button';
import { Switch } from '../../ui/Field';
import { PageFrame } from '../../ui/PageFrame';
import { Segmented } from '../../ui/Segmented';
import { Panel } from '../../ui/states';
import styles from './settings.module.css';

export function Preferences() {
  const { t, language } = useI18n();
  const session = useSession();
  const client = useQueryClient();
  const [chosen, setChosen] = useState(theme);
  const [density, setDensity] = useState(stored('density') === 'compact' ? 'compact' : 'comfortable');
  const [single, setSingle] = useState(stored('single_keys') !== 'off');
  const leave = async () => {
    await signOut(client).catch(() => undefined);
    location.assign('/login');
  };
  const keep = (key: string, value: string) => {
    store(key, value);
    applyStored();
  };
  return (
    <PageFrame title={t.settings.preferences}>
      <Panel className={styles.narrow}>
        <dl className={styles.rows}>
          <dt>{t.settings.account}</dt>
          <dd className="rowflex wrap">
            <span>{session ? t.settings.signedInAs(session.user.email) : null}</span>
            <Button small onClick={() => void leave()}>
              {t.app.signOut}
            </Button>
          </dd>
          <dt>{t.app.theme}</dt>
          <dd>
            <Segmented
              label={t.app.theme}
              value={chosen}
              options={[
                { value: 'system', label: t.app.themeSystem },
                { value: 'light', label: t.app.themeLight },
                { value: 'dark', label: t.app.themeDark },
              ]}
              onChange={(next) => {
                setTheme(next);
                setChosen(next);
              }}
            />
          </dd>
          <dt>{t.app.language}</dt>
          <dd>
            <Segmented
              label={t.app.language}
              value={language}
              options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
              onChange={chooseLanguage}
            />
          </dd>
          <dt>{t.settings.density}</dt>
          <dd>
            <Segmented
              label={t.settings.density}
              value={density}
              options={[
                { value: 'comfortable', label: t.settings.comfortable },
                { value: 'compact', label: t.settings.compact },
              ]}
              onChange={(next) => {
                keep('density', next);
                setDensity(next);
              }}
            />
          </dd>
          <dt>{t.settings.singleKeys}</dt>
          <dd className="rowflex">
            <Switch
              label={t.settings.singleKeys}
              checked={single}
              onChange={(next) => {
                keep('single_keys', next ? 'on' : 'off');
                setSingle(next);
              }}
            />
            <span className="dim">{t.settings.singleKeysHint}</span>
          </dd>
        </dl>
      </Panel>
    </PageFrame>
  );
}
