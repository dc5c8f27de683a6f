/** Ask anything: SQL over errors, spans, notes and what people did. A link brings a query, never runs it. */
import type { EditorView } from '@codemirror/view';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, NotebookPen, Play, Square } from 'lucide-react';
import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { ApiError, failureText } from '../../api/problem';
import { useI18n } from '../../i18n/i18n';
import { bytes } from '../../lib/format';
import { stored } from '../../lib/preferences';
import { resolveRange } from '../../lib/range';
import { Button } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { TextField } from '../../ui/Field';
import { Menu, MenuItem } from '../../ui/Menu';
import { PageFrame } from '../../ui/PageFrame';
import { Segmented } from '../../ui/Segmented';
import { Empty, LoadFailed, Panel, Skeleton } from '../../ui/states';
import { keepDraft } from '../notes/drafts';
import { EXAMPLES } from './examples';
import { remember } from './history';
import { bind, parametersOf } from './parameters';
import { positionOf, runSql, TABLES } from './queries';
import styles from './query.module.css';
import { ResultGrid } from './ResultGrid';
import { profile, type Result, toCsv, toJson, toMarkdown } from './result';
import { SchemaTree } from './SchemaTree';

const SqlEditor = lazy(() => import('./SqlEditor').then((module) => ({ default: module.SqlEditor })));
const ResultChart = lazy(() => import('./ResultChart').then((module) => ({ default: module.ResultChart })));

const LIMITS = [1_000, 10_000, 100_000, 1_000_000];
type Tab = 'table' | 'chart' | 'profile' | 'plan';
type State =
  | { kind: 'idle' }
  | { kind: 'running' }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'done'; result: Result };

export interface QuerySearch {
  sql?: string;
  vars?: string;
  limit?: string;
  tab?: string;
  range?: string;
  from?: string;
  to?: string;
}

export function QueryPage() {
  const { t, language } = useI18n();
  const navigate = useNavigate();
  const { project } = useParams({ strict: false }) as { project: string };
  const search = useSearch({ strict: false }) as QuerySearch;
  const [text, setText] = useState(search.sql ?? stored(`query:${project}`) ?? EXAMPLES[0]?.sql ?? '');
  const [state, setState] = useState<State>({ kind: 'idle' });
  const [plan, setPlan] = useState<Result | null>(null);
  const [schema, setSchema] = useState<Record<string, string[]>>({});
  const abort = useRef<AbortController | null>(null);
  const editor = useRef<EditorView | null>(null);
  const update = (part: Partial<QuerySearch>) =>
    void navigate({ to: '.', search: (old: object) => ({ ...old, ...part }), replace: true } as never);
  const limit = LIMITS.find((entry) => String(entry) === search.limit) ?? 10_000;
  const tab: Tab = (['chart', 'profile', 'plan'] as const).find((name) => name === search.tab) ?? 'table';
  const values = Object.fromEntries(new URLSearchParams(search.vars ?? ''));
  const names = parametersOf(text);
  const mentioned = new Set(TABLES.filter((table) => new RegExp(`\\b${table}\\b`).test(text)));
  const bound = (sql: string) => bind(sql, { ...values, project, ...resolveRange(search, Date.now()) });

  const run = async (sql: string) => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    remember(project, sql);
    update({ sql: text });
    setPlan(null);
    setState({ kind: 'running' });
    try {
      const result = await runSql({ query: bound(sql), project, limit }, controller.signal);
      setState({ kind: 'done', result });
    } catch (error) {
      setState(controller.signal.aborted ? { kind: 'cancelled' } : { kind: 'failed', error });
    }
  };
  const explain = async () => {
    update({ tab: 'plan' });
    try {
      setPlan(
        await runSql(
          { query: `EXPLAIN ${bound(text)}`, project, limit: 1_000 },
          new AbortController().signal,
        ),
      );
    } catch (error) {
      setState({ kind: 'failed', error });
    }
  };
  const insert = useCallback((name: string) => {
    const view = editor.current;
    if (!view) return;
    view.dispatch(view.state.replaceSelection(name));
    view.focus();
  }, []);
  const learn = useCallback((table: string, columns: { name: string }[]) => {
    setSchema((old) => (old[table] ? old : { ...old, [table]: columns.map((column) => column.name) }));
  }, []);
  const mistake = state.kind === 'failed' ? positionOf(state.error) : null;
  const result = state.kind === 'done' ? state.result : null;
  const intoNote = async () => {
    if (!result) return;
    const body = `\`\`\`sql\n${text}\n\`\`\`\n\n${toMarkdown(result)}\n`;
    const draft = {
      kind: 'general' as const,
      title: t.query.title,
      body,
      tags: [],
      project,
      visibility: 'private' as const,
      issue_ids: [],
    };
    await keepDraft('new', { draft, revision: 0, at: Date.now() });
    void navigate({ to: '.', search: (old: object) => ({ ...old, side: 'new' }) } as never);
  };
  return (
    <PageFrame
      title={t.query.title}
      className={styles.page}
      tools={<span className="faint">{t.query.readOnly}</span>}
    >
      <div className={styles.split}>
        <SchemaTree mentioned={mentioned} onInsert={insert} onColumns={learn} />
        <div className={styles.work}>
          <Suspense fallback={<Skeleton rows={4} />}>
            <SqlEditor
              value={text}
              schema={schema}
              mistake={mistake}
              view={editor}
              onChange={setText}
              onRun={(sql) => void run(sql)}
            />
          </Suspense>
          <div className={styles.bar}>
            {state.kind === 'running' ? (
              <Button onClick={() => abort.current?.abort()}>
                <Square size={13} /> {t.query.cancel}
              </Button>
            ) : (
              <Button look="primary" onClick={() => void run(selectionOf(editor.current) ?? text)}>
                <Play size={13} /> {t.query.run}
              </Button>
            )}
            <select
              className={controls.input}
              style={{ width: 'auto' }}
              aria-label={t.query.limit}
              value={limit}
              onChange={(event) =>
                update({ limit: event.target.value === '10000' ? undefined : event.target.value } as never)
              }
            >
              {LIMITS.map((entry) => (
                <option key={entry} value={entry}>
                  {t.query.limit}: {entry.toLocaleString(language)}
                </option>
              ))}
            </select>
            <Menu trigger={<Button>{t.query.examples}</Button>}>
              {EXAMPLES.map((example) => (
                <MenuItem key={example.name} onSelect={() => setText(example.sql)}>
                  {example.name}
                </MenuItem>
              ))}
            </Menu>
            {names.map((name) => (
              <TextField
                key={name}
                className={styles.small ?? ''}
                label={`:${name}`}
                value={values[name] ?? ''}
                onChange={(event) =>
                  update({ vars: new URLSearchParams({ ...values, [name]: event.target.value }).toString() })
                }
              />
            ))}
            <span className="grow" />
            {result ? (
              <>
                <Menu
                  trigger={
                    <Button>
                      <Download size={13} /> {t.query.exportAs}
                    </Button>
                  }
                >
                  <MenuItem onSelect={() => save(toCsv(result), 'text/csv', 'csv')}>CSV</MenuItem>
                  <MenuItem onSelect={() => save(toJson(result), 'application/json', 'json')}>JSON</MenuItem>
                  <MenuItem
                    disabled={!result.arrow}
                    onSelect={() =>
                      result.arrow && save(result.arrow, 'application/vnd.apache.arrow.stream', 'arrows')
                    }
                  >
                    Arrow
                  </MenuItem>
                </Menu>
                <Button onClick={() => void intoNote()}>
                  <NotebookPen size={13} /> {t.query.intoNote}
                </Button>
              </>
            ) : null}
          </div>
          <Panel
            title={
              <Segmented
                label={t.query.title}
                value={tab}
                options={(['table', 'chart', 'profile', 'plan'] as const).map((value) => ({
                  value,
                  label: t.query.results[value],
                }))}
                onChange={(value) =>
                  value === 'plan'
                    ? void explain()
                    : update({ tab: value === 'table' ? undefined : value } as never)
                }
              />
            }
            label={t.query.title}
            busy={state.kind === 'running'}
            tools={result ? <Facts result={result} limit={limit} /> : null}
          >
            <Answer
              state={state}
              tab={tab}
              plan={plan}
              fromLink={search.sql !== undefined}
              project={project}
              onRetry={() => void run(text)}
            />
          </Panel>
        </div>
      </div>
    </PageFrame>
  );
}

function Answer({
  state,
  tab,
  plan,
  fromLink,
  project,
  onRetry,
}: {
  state: State;
  tab: Tab;
  plan: Result | null;
  fromLink: boolean;
  project: string;
  onRetry: () => void;
}) {
  const { t } = useI18n();
  if (state.kind === 'failed') return <Failed error={state.error} onRetry={onRetry} />;
  if (tab === 'plan' && plan)
    return (
      <pre className={styles.plan}>
        {Array.from({ length: plan.rows }, (_, row) =>
          plan.columns.map((column) => column.text(row)).join('\n'),
        ).join('\n\n')}
      </pre>
    );
  if (state.kind === 'running') return <Skeleton rows={8} />;
  if (state.kind === 'cancelled') return <Empty title={t.query.cancelled} />;
  if (state.kind === 'idle') return <Empty title={fromLink ? t.query.notRun : t.query.idle} />;
  const { result } = state;
  if (tab === 'chart') {
    return (
      <Suspense fallback={<Skeleton rows={6} />}>
        <ResultChart result={result} />
      </Suspense>
    );
  }
  if (tab === 'profile') return <Profile result={result} />;
  if (result.rows === 0) return <Empty title={t.query.empty} />;
  return <ResultGrid result={result} project={project} />;
}

/** A refused query says why and where; anything else is a failed panel. */
function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useI18n();
  if (
    !(error instanceof ApiError) ||
    error.status === 0 ||
    error.status >= 500 ||
    error.failure === 'unsupported'
  )
    return <LoadFailed error={error} onRetry={onRetry} />;
  const position = positionOf(error);
  return (
    <div className={styles.problem} role="alert">
      <p>
        <strong>{failureText(t, error)}</strong>{' '}
        {position ? t.query.position(position.line, position.column) : ''}
      </p>
      <p className="mono">{error.problem.detail ?? error.problem.title}</p>
    </div>
  );
}

function Facts({ result, limit }: { result: Result; limit: number }) {
  const { t } = useI18n();
  const { stats } = result;
  return (
    <span className={styles.facts} role="status">
      <span>{t.query.rows(result.rows)}</span>
      {stats.elapsed_ms !== undefined ? <span>{stats.elapsed_ms} ms</span> : null}
      {stats.bytes_read !== undefined ? <span>{t.query.bytes(bytes(stats.bytes_read))}</span> : null}
      {stats.files_pruned !== undefined ? <span>{t.query.files(String(stats.files_pruned))}</span> : null}
      {stats.truncated ? <strong>{t.query.truncated(limit)}</strong> : null}
    </span>
  );
}

function Profile({ result }: { result: Result }) {
  const { t, language } = useI18n();
  return (
    <div className={styles.chart}>
      <table aria-label={t.query.results.profile}>
        <caption className="faint">{t.query.profileOf(result.rows)}</caption>
        <thead>
          <tr>
            {[t.query.column, t.query.type, t.query.distinct, t.query.nulls, t.query.min, t.query.max].map(
              (head) => (
                <th key={head}>{head}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {profile(result).map((column) => (
            <tr key={column.name}>
              <td className="mono">{column.name}</td>
              <td className="faint">{column.type}</td>
              <td>
                {column.distinct.toLocaleString(language)}
                {column.more ? '+' : ''}
              </td>
              <td>{column.nulls.toLocaleString(language)}</td>
              <td className="mono">{column.min?.slice(0, 60)}</td>
              <td className="mono">{column.max?.slice(0, 60)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function selectionOf(view: EditorView | null): string | null {
  if (!view) return null;
  const { from, to } = view.state.selection.main;
  return from === to ? null : view.state.sliceDoc(from, to);
}

function save(content: string | Uint8Array, type: string, extension: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  Object.assign(document.createElement('a'), { href: url, download: `omegi.${extension}` }).click();
  URL.revokeObjectURL(url);
}
