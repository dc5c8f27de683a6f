/** Name, services and the end of a project. */
import { useNavigate } from '@tanstack/react-router';
import { Plus, Trash2, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { failureText } from '../../api/problem';
import { useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button, IconButton } from '../../ui/Button';
import { TypedNameDialog } from '../../ui/Dialog';
import { SelectField, TextField } from '../../ui/Field';
import { Empty, Loaded, Panel } from '../../ui/states';
import { Time } from '../../ui/Time';
import table from '../../ui/table.module.css';
import { toast } from '../../ui/toasts';
import { useAddService, useDeleteProject, useRemoveService, useRenameProject, useServices } from './queries';
import type { TabProps } from './SettingsPage';
import { SERVICE_TYPES } from './serviceRows';
import styles from './settings.module.css';

export function ProjectTab({ project, may }: TabProps) {
  const t = useT();
  const session = useSession();
  const navigate = useNavigate();
  const known = session?.projects.find((entry) => entry.slug === project)?.name ?? project;
  const [name, setName] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const rename = useRenameProject(project);
  const remove = useDeleteProject(project);
  const failed = (error: unknown) => toast(failureText(t, error));
  return (
    <>
      <Panel title={t.settings.tabs.projects} className={styles.narrow}>
        <form
          className={styles.pad}
          onSubmit={(event) => {
            event.preventDefault();
            if (name?.trim())
              rename.mutate(name.trim(), { onSuccess: () => toast(t.settings.renamed), onError: failed });
          }}
        >
          <div className={styles.grid2}>
            <TextField
              label={t.settings.projectName}
              value={name ?? known}
              disabled={!may}
              maxLength={80}
              onChange={(event) => setName(event.target.value)}
            />
            <TextField label={t.settings.slug} value={project} disabled hint={t.settings.slugHint} />
          </div>
          <div className={styles.foot}>
            <Button type="submit" disabled={!may || name === null || name === known || rename.isPending}>
              {t.settings.rename}
            </Button>
            <span className="grow" />
            <Button look="danger" disabled={!may} onClick={() => setDeleting(true)}>
              <Trash2 size={14} /> {t.settings.deleteProject}
            </Button>
          </div>
        </form>
      </Panel>
      <Services project={project} may={may} />
      <TypedNameDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={t.settings.deleteProject}
        text={t.settings.deleteText(known)}
        name={project}
        label={t.settings.typeName}
        action={t.settings.deleteForGood}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => void navigate({ to: '/' }),
            onError: failed,
            onSettled: () => setDeleting(false),
          })
        }
      />
    </>
  );
}

function Services({ project, may }: TabProps) {
  const t = useT();
  const services = useServices(project);
  const add = useAddService(project);
  const remove = useRemoveService(project);
  const [name, setName] = useState('');
  const [type, setType] = useState<string>('spring');
  const failed = (error: unknown) => toast(failureText(t, error));
  const repeated = services.data?.some((service) => service.name === name.trim()) ?? false;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '' || repeated) return;
    add.mutate(
      { name: name.trim(), type },
      {
        onSuccess: () => {
          setName('');
          toast(t.settings.serviceAdded);
        },
        onError: failed,
      },
    );
  };
  const drop = (service: { name: string; type: string | null }) =>
    remove.mutate(service.name, {
      onSuccess: () =>
        toast(t.settings.serviceDeleted, {
          actions: [{ label: t.app.undo, run: () => add.mutate(service, { onError: failed }) }],
        }),
      onError: failed,
    });
  return (
    <Panel
      title={t.settings.services}
      className={styles.narrow}
      busy={services.isFetching && !services.isPending}
    >
      <Loaded query={services} rows={3}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t.settings.noServices} />
          ) : (
            <div className={table.scroll}>
              <table className={table.table} aria-label={t.settings.services}>
                <thead>
                  <tr>
                    <th>{t.settings.serviceName}</th>
                    <th>{t.settings.serviceType}</th>
                    <th>{t.settings.lastSeen}</th>
                    <th>
                      <span className="vh">{t.app.remove}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((service) => (
                    <tr key={service.name}>
                      <td>{inert(service.name, 200)}</td>
                      <td className="dim">{service.type ?? '–'}</td>
                      <td className="dim">
                        <Time at={service.last_seen} />
                      </td>
                      <td className={table.end}>
                        <IconButton
                          label={`${t.app.remove} ${service.name}`}
                          disabled={!may}
                          onClick={() => drop(service)}
                        >
                          <X size={15} />
                        </IconButton>
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
        <div className={styles.serviceRow}>
          <TextField
            hideLabel
            label={t.settings.serviceName}
            placeholder={t.settings.serviceName}
            value={name}
            disabled={!may}
            wrong={repeated ? t.settings.duplicate : undefined}
            onChange={(event) => setName(event.target.value)}
          />
          <SelectField
            hideLabel
            label={t.settings.serviceType}
            value={type}
            disabled={!may}
            onChange={(event) => setType(event.target.value)}
          >
            {SERVICE_TYPES.map((entry) => (
              <option key={entry}>{entry}</option>
            ))}
          </SelectField>
          <IconButton type="submit" label={t.settings.addService} disabled={!may || add.isPending}>
            <Plus size={16} />
          </IconButton>
        </div>
      </form>
    </Panel>
  );
}
