/** One form for a project and its services. */
import { useNavigate } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { type ClipboardEvent, type FormEvent, useRef, useState } from 'react';
import { failureText } from '../../api/problem';
import { useT } from '../../i18n/i18n';
import { Button, IconButton } from '../../ui/Button';
import { Description, SelectField, TextField } from '../../ui/Field';
import { toast } from '../../ui/toasts';
import { useCreateProject } from './queries';
import { duplicates, pasteRows, SERVICE_TYPES, type ServiceRow, slugOf } from './serviceRows';
import styles from './settings.module.css';

export function ProjectForm() {
  const t = useT();
  const navigate = useNavigate();
  const create = useCreateProject();
  const keyCounter = useRef(1);
  const nextKey = () => keyCounter.current++;
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const [rows, setRows] = useState<ServiceRow[]>([{ key: 0, name: '', type: 'spring' }]);
  const repeated = duplicates(rows);
  const shownSlug = slug ?? slugOf(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (repeated.size > 0) return;
    const services = rows
      .filter((row) => row.name.trim() !== '')
      .map((row) => ({ name: row.name.trim(), type: row.type }));
    create.mutate(
      { name: name.trim(), slug: shownSlug, services },
      {
        onSuccess: () => {
          toast(t.settings.projectCreated);
          void navigate({ to: `/p/${shownSlug}/settings/guide` });
        },
      },
    );
  };
  const change = (index: number, part: Partial<ServiceRow>) =>
    setRows(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  const paste = (index: number) => (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (!/[\n,;]/.test(text.trim())) return;
    event.preventDefault();
    setRows(pasteRows(rows, index, text, nextKey));
  };
  const add = (after: number) => {
    const row = { key: nextKey(), name: '', type: rows[after]?.type ?? 'spring' };
    setRows([...rows.slice(0, after + 1), row, ...rows.slice(after + 1)]);
  };
  return (
    <form onSubmit={submit} className={styles.pad}>
      <div className={styles.grid2}>
        <TextField
          label={t.settings.projectName}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={80}
        />
        <TextField
          label={t.settings.slug}
          hint={t.settings.slugHint}
          value={shownSlug}
          onChange={(event) => setSlug(event.target.value)}
          pattern="[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"
          required
          maxLength={40}
        />
      </div>
      <fieldset className={styles.plainSet}>
        <legend className={styles.legend}>{t.settings.services}</legend>
        <Description id="service-hint" hint={t.settings.serviceNameHint} />
        {rows.map((row, index) => (
          <div key={row.key} className={styles.serviceRow}>
            <TextField
              hideLabel
              label={`${t.settings.serviceName} ${index + 1}`}
              placeholder={t.settings.serviceName}
              value={row.name}
              autoFocus={index > 0}
              wrong={repeated.has(index) ? t.settings.duplicate : undefined}
              onChange={(event) => change(index, { name: event.target.value })}
              onPaste={paste(index)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.nativeEvent.isComposing || row.name.trim() === '') return;
                event.preventDefault();
                add(index);
              }}
            />
            <SelectField
              hideLabel
              label={`${t.settings.serviceType} ${index + 1}`}
              value={row.type}
              onChange={(event) => change(index, { type: event.target.value })}
            >
              {SERVICE_TYPES.map((type) => (
                <option key={type}>{type}</option>
              ))}
            </SelectField>
            <IconButton
              label={`${t.app.remove} ${row.name}`}
              disabled={rows.length === 1}
              onClick={() => setRows(rows.filter((_, at) => at !== index))}
            >
              <X size={16} />
            </IconButton>
          </div>
        ))}
      </fieldset>
      <div className={styles.foot}>
        <Button look="ghost" onClick={() => add(rows.length - 1)}>
          <Plus size={14} /> {t.settings.addService}
        </Button>
        <span className="grow" />
        <Button type="submit" look="primary" disabled={create.isPending || repeated.size > 0}>
          {t.settings.createProject}
        </Button>
      </div>
      {create.isError ? (
        <Description id="create-wrong" wrong={create.error.message || failureText(t, create.error)} />
      ) : null}
    </form>
  );
}
