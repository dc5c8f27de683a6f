/** From nothing to the first error, with the project's own commands; each step ticks itself when it has happened. */
import { Check, Copy, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { failureText } from '../../api/problem';
import type { IssuedToken } from '../../api/types';
import { useI18n } from '../../i18n/i18n';
import { millisOf, relative } from '../../lib/time';
import { Button, IconButton } from '../../ui/Button';
import { SelectField } from '../../ui/Field';
import { Segmented } from '../../ui/Segmented';
import { LoadFailed, Panel } from '../../ui/states';
import { useNow } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import { useErrors } from '../issues/queries';
import { useIssueToken, useServices, useTokens } from './queries';
import type { TabProps } from './SettingsPage';
import styles from './settings.module.css';
import { LANGUAGE_LABELS, LANGUAGES, type SnippetLanguage, snippet, testError } from './snippets';
import { Once } from './TokensTab';

/** The first span announces itself on no stream: its service is asked for. */
const POLL_MS = 2_000;

export function Guide({ project, may }: TabProps) {
  const { t, language: locale } = useI18n();
  const now = useNow();
  const tokens = useTokens(project, may);
  const services = useServices(project, POLL_MS);
  const errors = useErrors(project, { range: '30d' });
  const issue = useIssueToken(project);
  const [issued, setIssued] = useState<IssuedToken | null>(null);
  const [stored, setStored] = useState(false);
  const [chosen, setChosen] = useState('');
  const [language, setLanguage] = useState<SnippetLanguage>('java');
  const service = chosen || services.data?.[0]?.name || 'my-service';
  const seen = services.data?.find((entry) => entry.last_seen);
  const facts = { endpoint: location.origin, service, token: issued?.token ?? t.settings.guideToken };
  const done = {
    token: issued !== null || (tokens.data?.length ?? 0) > 0,
    agent: seen !== undefined,
    span: seen !== undefined,
    error: (errors.data?.pages[0]?.items.length ?? 0) > 0,
  };
  const order = ['token', 'agent', 'span', 'error'] as const;
  const current = order.find((step) => !done[step]);
  const seenAt = millisOf(seen?.last_seen);
  return (
    <>
      <Panel title={t.settings.guideTitle}>
        <ol className={styles.steps}>
          {order.map((step, index) => {
            const state = done[step] ? 'done' : step === current ? 'current' : 'ahead';
            return (
              <li
                key={step}
                className={styles.step}
                data-state={state}
                aria-current={step === current ? 'step' : undefined}
              >
                <span className={styles.stepMark} aria-hidden="true">
                  {done[step] ? <Check size={14} /> : index + 1}
                </span>
                <span className="grow">
                  {t.settings.guideSteps[step]}
                  {step === 'span' && seen && seenAt !== null ? (
                    <span className="dim">
                      {' '}
                      ·{' '}
                      {t.settings.guideSeen(
                        seen.name,
                        relative(seenAt, Math.max(now, seenAt), locale, t.time.justNow),
                      )}
                    </span>
                  ) : null}
                  {step === 'span' && current === 'agent' ? (
                    <span className="dim"> · {t.settings.guideWaiting}</span>
                  ) : null}
                  {step === 'error' && done.error ? (
                    <span className="dim"> · {t.settings.guideErrorSeen}</span>
                  ) : null}
                </span>
                <span className="faint">{t.settings[state]}</span>
                {step === 'token' && !issued ? (
                  <Button
                    small
                    disabled={!may || issue.isPending}
                    onClick={() =>
                      issue.mutate(
                        { name: 'guide', service: null },
                        { onSuccess: setIssued, onError: (error) => toast(failureText(t, error)) },
                      )
                    }
                  >
                    <KeyRound size={12} /> {t.settings.issueToken}
                  </Button>
                ) : null}
              </li>
            );
          })}
        </ol>
        {services.isError ? (
          <LoadFailed error={services.error} onRetry={() => void services.refetch()} />
        ) : null}
        {issued && !stored ? <Once token={issued} onStored={() => setStored(true)} /> : null}
      </Panel>
      <Panel title={t.settings.guideSteps.agent}>
        <div className={styles.pad}>
          <div className="rowflex wrap">
            <SelectField
              label={t.settings.guideService}
              value={service}
              onChange={(event) => setChosen(event.target.value)}
            >
              {(services.data?.length ? services.data.map((entry) => entry.name) : ['my-service']).map(
                (name) => (
                  <option key={name}>{name}</option>
                ),
              )}
            </SelectField>
            <Segmented
              label={t.settings.guideLanguage}
              value={language}
              options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_LABELS[value] }))}
              onChange={setLanguage}
            />
          </div>
          {issued ? null : <p className="dim">{t.settings.guideTokenHint}</p>}
        </div>
        <Code text={snippet(language, facts)} />
      </Panel>
      {language === 'curl' ? null : (
        <Panel title={t.settings.guideSteps.error}>
          <Code text={testError(facts)} />
        </Panel>
      )}
    </>
  );
}

function Code({ text }: { text: string }) {
  const { t } = useI18n();
  return (
    <pre className={styles.code}>
      {text}
      <IconButton
        label={t.app.copy}
        onClick={() => {
          void navigator.clipboard?.writeText(text);
          toast(t.app.copied);
        }}
      >
        <Copy size={15} />
      </IconButton>
    </pre>
  );
}
