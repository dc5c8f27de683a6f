/** Tokens with which senders are admitted: shown once, then masked; revoked by typing the name. */
import { Copy, KeyRound, RefreshCw } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { failureText } from '../../api/problem';
import type { IngestToken, IssuedToken } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button, IconButton } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { TypedNameDialog } from '../../ui/Dialog';
import { SelectField, TextField } from '../../ui/Field';
import { Empty, Loaded, Panel } from '../../ui/states';
import { Time } from '../../ui/Time';
import table from '../../ui/table.module.css';
import { toast } from '../../ui/toasts';
import { useIssueToken, useRevokeToken, useServices, useTokens } from './queries';
import type { TabProps } from './SettingsPage';
import styles from './settings.module.css';

export function TokensTab({ project, may }: TabProps) {
  const t = useT();
  const tokens = useTokens(project);
  const services = useServices(project);
  const issue = useIssueToken(project);
  const revoke = useRevokeToken(project);
  const [name, setName] = useState('');
  const [service, setService] = useState('');
  const [issued, setIssued] = useState<IssuedToken | null>(null);
  const [ending, setEnding] = useState<IngestToken | null>(null);
  const failed = (error: unknown) => toast(failureText(t, error));
  const make = (value: { name: string; service: string | null }) =>
    issue.mutate(value, { onSuccess: setIssued, onError: failed });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make({ name: name.trim() || 'default', service: service || null });
    setName('');
  };
  return (
    <Panel title={t.settings.tabs.tokens} busy={tokens.isFetching && !tokens.isPending}>
      {issued ? <Once token={issued} onStored={() => setIssued(null)} /> : null}
      <Loaded query={tokens} rows={3}>
        {(items) =>
          items.length === 0 ? (
            <Empty icon={<KeyRound size={16} />} title={t.settings.noTokens} />
          ) : (
            <div className={table.scroll}>
              <table className={table.table} aria-label={t.settings.tabs.tokens}>
                <thead>
                  <tr>
                    <th>{t.settings.tokenName}</th>
                    <th>{t.settings.tokenFor}</th>
                    <th>{t.settings.created}</th>
                    <th>{t.settings.lastUsed}</th>
                    <th>
                      <span className="vh">{t.issues.actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items
                    .filter((token) => !token.revoked_at)
                    .map((token) => (
                      <tr key={token.id}>
                        <td>
                          {inert(token.name, 80)}{' '}
                          <span className="mono faint">{token.masked ?? 'omgs_…'}</span>
                        </td>
                        <td>
                          {token.service ? (
                            inert(token.service, 80)
                          ) : (
                            <span className="dim">{t.settings.wholeProject}</span>
                          )}
                        </td>
                        <td className="dim">
                          <Time at={token.created_at} />
                        </td>
                        <td>
                          {token.last_used_at ? (
                            <Time at={token.last_used_at} />
                          ) : (
                            <Chip tone="amber">{t.settings.unused}</Chip>
                          )}
                        </td>
                        <td className={table.end}>
                          <Button
                            small
                            look="ghost"
                            disabled={!may || issue.isPending}
                            title={t.settings.rotateHint}
                            onClick={() => make({ name: token.name, service: token.service })}
                          >
                            <RefreshCw size={12} /> {t.settings.rotate}
                          </Button>
                          <Button small look="danger" disabled={!may} onClick={() => setEnding(token)}>
                            {t.settings.revoke}
                          </Button>
                        </td>
                      </tr>
                    ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      <form className={styles.pad} onSubmit={submit}>
        <div className={styles.grid2}>
          <TextField
            label={t.settings.tokenName}
            value={name}
            placeholder="default"
            disabled={!may}
            maxLength={80}
            onChange={(event) => setName(event.target.value)}
          />
          <SelectField
            label={t.settings.tokenFor}
            value={service}
            disabled={!may}
            onChange={(event) => setService(event.target.value)}
          >
            <option value="">{t.settings.wholeProject}</option>
            {services.data?.map((entry) => (
              <option key={entry.name}>{entry.name}</option>
            ))}
          </SelectField>
        </div>
        <div>
          <Button type="submit" look="primary" disabled={!may || issue.isPending}>
            <KeyRound size={14} /> {t.settings.issueToken}
          </Button>
        </div>
      </form>
      <TypedNameDialog
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={t.settings.revoke}
        text={t.settings.revokeText(ending?.name ?? '')}
        name={ending?.name ?? ''}
        label={t.settings.tokenName}
        action={t.settings.revoke.replace('…', '')}
        onConfirm={() => {
          if (ending)
            revoke.mutate(ending.id, { onSuccess: () => toast(t.settings.revoked), onError: failed });
          setEnding(null);
        }}
      />
    </Panel>
  );
}

export function Once({ token, onStored }: { token: IssuedToken; onStored: () => void }) {
  const t = useT();
  return (
    <div className={styles.once} role="status">
      <strong>{t.settings.tokenOnce}</strong>
      <span className={styles.secret}>
        <span className="grow" data-secret>
          {token.token}
        </span>
        <IconButton
          label={t.app.copy}
          onClick={() => {
            void navigator.clipboard?.writeText(token.token);
            toast(t.app.copied);
          }}
        >
          <Copy size={15} />
        </IconButton>
      </span>
      <div>
        <Button small onClick={onStored}>
          {t.settings.tokenStored}
        </Button>
      </div>
    </div>
  );
}
