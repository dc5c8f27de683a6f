/** The rows: only those in view are in the document; the keyboard moves, selects, and decides. */
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Issue, IssueAction } from '../../api/types';
import { useSession } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { useShortcuts } from '../../lib/shortcuts';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/states';
import { filterKey, type IssueSearch } from './filter';
import { IssueHead } from './IssueHead';
import { IssueRow, SNOOZES } from './IssueRow';
import styles from './issues.module.css';
import { MergeDialog } from './MergeDialog';
import { useAct } from './useAct';
import { useHeldRows } from './useHeldRows';

interface Props {
  project: string;
  search: IssueSearch;
  items: Issue[];
  more: boolean;
  onMore: () => void;
  onClear: () => void;
  mayAct: boolean;
  /** Triage: the issue whose detail stands beside. */
  current?: string | undefined;
  onPick?: ((id: string) => void) | undefined;
}

export function IssueList({ project, search, items, more, onMore, onClear, mayAct, current, onPick }: Props) {
  const t = useT();
  const session = useSession();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(-1);
  const [merging, setMerging] = useState<Issue[] | null>(null);
  const act = useAct(project);
  const held = useHeldRows(items, JSON.stringify(filterKey(search)), scroller);
  const rows = held.rows;
  const rowHeight = document.documentElement.dataset.density === 'compact' ? 28 : 40;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 10) onMore();
  }, [more, last, rows.length, onMore]);
  // Triage opens the first, and after a decision the one that took its place.
  const place = useRef(0);
  useEffect(() => {
    if (!onPick || rows.length === 0) return;
    const index = rows.findIndex((row) => row.id === current);
    if (index >= 0) place.current = index;
    else onPick(rows[Math.min(place.current, rows.length - 1)]?.id ?? '');
  }, [onPick, current, rows]);
  const chosen = rows.filter((row) => selected.has(row.id));
  const focus = onPick ? rows.find((row) => row.id === current) : rows[at];
  const targets = chosen.length > 0 ? chosen : focus ? [focus] : [];
  const decide = (action: IssueAction, parameters?: Record<string, unknown>) => {
    if (!mayAct || targets.length === 0) return;
    act(action, targets, parameters);
    setSelected(new Set());
  };
  const open = (issue: Issue, extra: object = {}) => {
    if (onPick && Object.keys(extra).length === 0) onPick(issue.id);
    else
      void navigate({
        to: '/p/$project/issues/$id',
        params: { project, id: issue.id },
        search: extra,
      } as never);
  };
  const move = (step: number) => {
    const from = onPick ? rows.findIndex((row) => row.id === current) : at;
    const next = Math.min(rows.length - 1, Math.max(0, from + step));
    setAt(next);
    virtual.scrollToIndex(next);
    if (onPick && rows[next]) onPick(rows[next].id);
  };
  const select = (issue: Issue, on: boolean) => {
    const next = new Set(selected);
    if (on) next.add(issue.id);
    else next.delete(issue.id);
    setSelected(next);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => focus && open(focus),
    x: () => focus && select(focus, !selected.has(focus.id)),
    e: () => decide(targets.every((issue) => issue.status !== 'unresolved') ? 'reopen' : 'resolve'),
    i: () => decide('ignore'),
    h: () => decide('snooze', { until: new Date(Date.now() + (SNOOZES[1]?.[1] ?? 0)).toISOString() }),
    a: () => decide('assign', { assignee: session?.user.email ?? null }),
    m: () => mayAct && targets.length > 0 && setMerging(targets),
    c: () => focus && open(focus, { side: 'new', about: focus.id }),
  });
  if (rows.length === 0) {
    const filtered = Boolean(search.q || search.tab);
    return (
      <Empty
        title={filtered ? t.issues.empty : t.issues.emptyAll}
        action={filtered ? <Button onClick={onClear}>{t.issues.emptyAction}</Button> : null}
      />
    );
  }
  return (
    <>
      {chosen.length > 0 ? (
        <div className={styles.bulk} role="toolbar" aria-label={t.issues.selected(chosen.length)}>
          <strong>{t.issues.selected(chosen.length)}</strong>
          {(['resolve', 'reopen', 'ignore'] as const).map((action) => (
            <Button key={action} small disabled={!mayAct} onClick={() => decide(action)}>
              {t.issues[action]}
            </Button>
          ))}
          <Button
            small
            disabled={!mayAct}
            onClick={() => decide('assign', { assignee: session?.user.email ?? null })}
          >
            {t.issues.assignMe}
          </Button>
          <Button small disabled={!mayAct} onClick={() => setMerging(chosen)}>
            {t.issues.mergeSelected}
          </Button>
          <Button small look="ghost" onClick={() => setSelected(new Set(rows.map((row) => row.id)))}>
            {t.issues.selectAll}
          </Button>
          <Button small look="ghost" onClick={() => setSelected(new Set())}>
            {t.app.cancel}
          </Button>
        </div>
      ) : null}
      <div
        ref={scroller}
        className={`${styles.list} ${onPick ? styles.narrow : ''}`}
        role="grid"
        aria-label={t.issues.list}
        aria-rowcount={rows.length + 1}
        aria-multiselectable="true"
        tabIndex={0}
        {...held.hold}
      >
        <IssueHead />
        {held.waiting > 0 ? (
          <div className={styles.pillRow} role="row">
            <span role="gridcell">
              <button type="button" onClick={held.release}>
                ↑ {t.live.newRows(held.waiting)}
              </button>
            </span>
          </div>
        ) : null}
        <div className={styles.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {visible.map((item) => {
            const issue = rows[item.index];
            return issue ? (
              <IssueRow
                key={issue.id}
                index={item.index}
                issue={issue}
                act={act}
                mayAct={mayAct}
                active={onPick ? issue.id === current : item.index === at}
                entering={held.isNew(issue.id)}
                selected={selected.has(issue.id)}
                onSelect={select}
                onOpen={open}
                onNote={(about) => open(about, { side: 'new', about: about.id })}
                style={{ transform: `translateY(${item.start}px)` }}
              />
            ) : null;
          })}
        </div>
      </div>
      <p className={styles.foot} aria-live="polite">
        {t.issues.shown(rows.length, more)}
      </p>
      {merging ? (
        <MergeDialog issues={merging} candidates={rows} act={act} onClose={() => setMerging(null)} />
      ) : null}
    </>
  );
}
