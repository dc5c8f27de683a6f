/** Who belongs to the project, and with which role. */
import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { failureText } from '../../api/problem';
import type { Member, Role } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { Button, IconButton } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { SelectField, TextField } from '../../ui/Field';
import { Empty, Loaded, Panel } from '../../ui/states';
import table from '../../ui/table.module.css';
import { toast } from '../../ui/toasts';
import { useMembers, useRemoveMember, useSetMember } from './queries';
import type { TabProps } from './SettingsPage';
import styles from './settings.module.css';

const ROLES: Role[] = ['owner', 'member', 'viewer'];

export function MembersTab({ project, may }: TabProps) {
  const t = useT();
  const members = useMembers(project);
  const set = useSetMember(project);
  const remove = useRemoveMember(project);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const failed = (error: unknown) => toast(failureText(t, error));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { email: email.trim(), role },
      {
        onSuccess: () => {
          setEmail('');
          toast(t.settings.memberAdded);
        },
        onError: failed,
      },
    );
  };
  const drop = (member: Member) =>
    remove.mutate(member.email, {
      onSuccess: () =>
        toast(t.settings.memberRemoved, {
          actions: [{ label: t.app.undo, run: () => set.mutate(member, { onError: failed }) }],
        }),
      onError: failed,
    });
  return (
    <Panel
      title={t.settings.tabs.members}
      className={styles.narrow}
      busy={members.isFetching && !members.isPending}
    >
      <Loaded query={members} rows={3}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t.settings.noMembers} />
          ) : (
            <table className={table.table} aria-label={t.settings.tabs.members}>
              <thead>
                <tr>
                  <th>{t.settings.member}</th>
                  <th>{t.settings.roleLabel}</th>
                  <th>
                    <span className="vh">{t.app.remove}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((member) => (
                  <tr key={member.email}>
                    <td>
                      {member.name ? `${member.name} ` : ''}
                      <span className={member.name ? 'faint' : ''}>{member.email}</span>
                    </td>
                    <td>
                      <select
                        className={controls.input}
                        aria-label={`${t.settings.roleLabel}: ${member.email}`}
                        value={member.role}
                        disabled={!may}
                        onChange={(event) =>
                          set.mutate(
                            { email: member.email, role: event.target.value as Role },
                            { onError: failed },
                          )
                        }
                      >
                        {ROLES.map((entry) => (
                          <option key={entry} value={entry}>
                            {t.settings.roles[entry]}
                          </option>
                        ))}
                      </select>
                    </td>
                    <td className={table.end}>
                      <IconButton
                        label={`${t.app.remove} ${member.email}`}
                        disabled={!may}
                        onClick={() => drop(member)}
                      >
                        <X size={15} />
                      </IconButton>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      <form className={styles.pad} onSubmit={submit}>
        <div className={styles.grid2}>
          <TextField
            label={t.landing.email}
            type="email"
            required
            value={email}
            disabled={!may}
            onChange={(event) => setEmail(event.target.value)}
          />
          <SelectField
            label={t.settings.roleLabel}
            value={role}
            disabled={!may}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            {ROLES.map((entry) => (
              <option key={entry} value={entry}>
                {t.settings.roles[entry]}
              </option>
            ))}
          </SelectField>
        </div>
        <div>
          <Button type="submit" look="primary" disabled={!may || set.isPending}>
            {t.settings.invite}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
