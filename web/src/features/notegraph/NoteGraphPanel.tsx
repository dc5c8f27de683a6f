/** The graph of notes with its filter, focus, legend and table twin. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { LayoutGrid, Maximize, Table2 } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { failureText } from '../../api/problem';
import type { NotesGraph } from '../../api/types';
import { lastProject } from '../../app/place';
import { useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { IconButton } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { Empty, Loaded, Panel } from '../../ui/states';
import { toast } from '../../ui/toasts';
import { linkRefusal } from '../notes/linkRules';
import { useLinkNote, useNotesGraph, useUnlinkNote } from '../notes/queries';
import { GraphTable } from './GraphTable';
import { buildGraph, matching, within } from './graph';
import { NoteGraph } from './NoteGraph';
import styles from './notegraph.module.css';
import { useLayout } from './useLayout';

export function NoteGraphPanel() {
  const graph = useNotesGraph();
  const t = useT();
  return (
    <Panel label={t.graph.title} className={styles.panel} busy={graph.isFetching && !graph.isPending}>
      <Loaded query={graph} rows={10}>
        {(data) => (data.nodes.length === 0 ? <Empty title={t.graph.empty} /> : <Filled data={data} />)}
      </Loaded>
    </Panel>
  );
}

function Filled({ data }: { data: NotesGraph }) {
  const t = useT();
  const navigate = useNavigate();
  const session = useSession();
  const search = useSearch({ strict: false }) as {
    q?: string;
    focus?: string;
    depth?: string;
    table?: string;
  };
  const update = (part: object) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...part }), replace: true } as never);
  const model = useMemo(() => buildGraph(data), [data]);
  const { places, settled, move } = useLayout(model, data);
  const [fit, setFit] = useState(0);
  const link = useLinkNote();
  const unlink = useUnlinkNote();
  const focus = search.focus ? model.indexOf.get(search.focus) : undefined;
  const lit = useMemo(() => {
    const found = matching(model, search.q ?? '');
    if (focus === undefined) return found;
    const near = within(model, focus, Number(search.depth) || 1);
    return found ? new Set([...found].filter((index) => near.has(index))) : near;
  }, [model, search.q, search.depth, focus]);
  const open = useCallback(
    (index: number) => {
      const node = model.nodes[index];
      if (!node) return;
      if (node.kind === 'note')
        void navigate({
          to: '.',
          search: (old: object) => ({ ...old, side: `read.${node.id}`, focus: node.id }),
        } as never);
      else if (node.kind === 'issue')
        void navigate({
          to: '/p/$project/issues/$id',
          params: { project: (session && lastProject(session)) ?? '-', id: node.id },
        });
      else
        void navigate({
          to: '.',
          search: (old: object) => ({ ...old, focus: node.id }),
          replace: true,
        } as never);
    },
    [model, navigate, session],
  );
  const failed = (error: unknown) => toast(failureText(t, error));
  const connect = (a: number, b: number) => {
    const [from, to] = [model.nodes[a], model.nodes[b]];
    if (!from || !to) return;
    if (from.kind !== 'note' || to.kind !== 'note') return void toast(t.notes.linkRules.tag);
    const refusal = linkRefusal(from, to, (model.neighbours[a] ?? []).includes(b));
    if (refusal) return void toast(t.notes.linkRules[refusal]);
    link.mutate(
      { from: from.id, to: to.id },
      {
        onSuccess: () =>
          toast(t.notes.linked, {
            actions: [
              {
                label: t.app.undo,
                run: () => unlink.mutate({ from: from.id, to: to.id }, { onError: failed }),
              },
            ],
          }),
        onError: failed,
      },
    );
  };
  const cut = (a: number, b: number) => {
    const [from, to] = [model.nodes[a], model.nodes[b]];
    if (!from || !to) return;
    unlink.mutate(
      { from: from.id, to: to.id },
      {
        onSuccess: () =>
          toast(t.notes.unlinked, {
            actions: [
              {
                label: t.app.undo,
                run: () => link.mutate({ from: from.id, to: to.id }, { onError: failed }),
              },
            ],
          }),
        onError: failed,
      },
    );
  };
  const table = search.table === '1';
  return (
    <>
      <div className={styles.bar}>
        <input
          data-page-search
          type="search"
          className={`${controls.input} ${styles.filter}`}
          aria-label={t.graph.filter}
          placeholder={t.graph.filter}
          value={search.q ?? ''}
          onChange={(event) => update({ q: event.target.value || undefined })}
        />
        <select
          className={controls.input}
          style={{ width: 'auto' }}
          aria-label={t.graph.depth}
          value={focus === undefined ? '' : (search.depth ?? '1')}
          disabled={focus === undefined}
          onChange={(event) =>
            update(
              event.target.value ? { depth: event.target.value } : { focus: undefined, depth: undefined },
            )
          }
        >
          <option value="">{t.graph.everything}</option>
          {t.graph.depths.map((label, index) => (
            <option key={label} value={String(index + 1)}>
              {label}
            </option>
          ))}
        </select>
        <span className="faint" role="status">
          {settled
            ? `${t.graph.nodes(model.nodes.length)} · ${t.graph.links(model.links.length / 2)}`
            : t.graph.settling}
        </span>
        <span className="grow" />
        {table ? null : (
          <IconButton label={t.graph.fit} onClick={() => setFit(fit + 1)}>
            <Maximize size={15} />
          </IconButton>
        )}
        <IconButton
          label={table ? t.app.asGraph : t.app.asTable}
          onClick={() => update({ table: table ? undefined : '1' })}
        >
          {table ? <LayoutGrid size={15} /> : <Table2 size={15} />}
        </IconButton>
      </div>
      {table ? (
        <GraphTable model={model} lit={lit} onOpen={open} onUnlink={cut} />
      ) : (
        <>
          <NoteGraph
            model={model}
            places={places}
            lit={lit}
            fit={fit + (settled ? 1 : 0)}
            onOpen={open}
            onMove={move}
            onLink={connect}
          />
          <ul className={styles.legend}>
            {(['mine', 'other', 'tag', 'issue', 'service'] as const).map((kind) => (
              <li key={kind}>
                <i className={styles[kind]} aria-hidden="true" /> {t.graph.legend[kind]}
              </li>
            ))}
            <li className="faint">{t.graph.hint}</li>
          </ul>
        </>
      )}
    </>
  );
}
