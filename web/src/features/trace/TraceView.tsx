/** One trace in three views that share selection, zoom and search; the failing path first. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Flame as FlameIcon, ListTree, Rows3 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Span, Verdict } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { seriesLooks } from '../../lib/series';
import { useShortcuts } from '../../lib/shortcuts';
import { duration } from '../../lib/time';
import { Button } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { Segmented } from '../../ui/Segmented';
import { VerdictChip } from '../issues/VerdictChip';
import { Flame } from './Flame';
import { Minimap } from './Minimap';
import { buildTrace, type TraceModel } from './model';
import { findMatches, nextWhere, visibleRows } from './rows';
import { SpanDrawer } from './SpanDrawer';
import { SpanGrid } from './SpanGrid';
import styles from './trace.module.css';

export interface Zoom {
  from: number;
  to: number;
}

interface Props {
  project: string;
  traceId: string;
  spans: Span[];
  more: boolean;
  verdict: Verdict | undefined;
  pathIds?: readonly string[];
  originId?: string | null;
}

type ViewName = 'flow' | 'waterfall' | 'flame';

export function TraceView({ project, traceId, spans, more, verdict, pathIds, originId }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as {
    span?: string;
    view?: string;
    path?: string;
    find?: string;
  };
  const update = (part: object, replace = true) =>
    void navigate({
      to: '.',
      search: (old: object) => ({ ...old, ...part }),
      hash: true,
      replace,
      resetScroll: false,
    } as never);
  const view: ViewName = search.view === 'flow' || search.view === 'flame' ? search.view : 'waterfall';
  const pathOnly = search.path !== 'all';
  const model = useMemo(() => buildTrace(spans, pathIds ? { pathIds } : {}), [spans, pathIds]);
  const looks = useMemo(() => seriesLooks(project, model.services), [project, model.services]);
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const [matchesOnly, setMatchesOnly] = useState(false);
  const matches = useMemo(() => findMatches(model, search.find ?? ''), [model, search.find]);
  const rows = useMemo(
    () => visibleRows(model, { pathOnly, collapsed, unfolded, matches, matchesOnly }),
    [model, pathOnly, collapsed, unfolded, matches, matchesOnly],
  );
  const selected = search.span !== undefined ? (model.indexOf.get(search.span) ?? null) : null;
  const origin = originId ? (model.indexOf.get(originId) ?? null) : null;
  const range: Zoom = zoom ?? { from: 0, to: model.duration };
  const select = (index: number | null) =>
    update({ span: index === null ? undefined : model.spans[index]?.span_id });
  const reveal = (index: number | null) => {
    if (index === null) return;
    if (pathOnly && model.path[index] === 0) update({ path: 'all', span: model.spans[index]?.span_id });
    else select(index);
  };
  const from = selected ?? origin ?? 0;
  const step = (direction: 1 | -1, wanted: (index: number) => boolean) =>
    reveal(nextWhere(model.spans.length, from, direction, wanted));
  const setView = (next: ViewName) => update({ view: next === 'waterfall' ? undefined : next });
  const toggle = (index: number) => setCollapsed(flip(collapsed, index));
  useShortcuts({
    '1': () => setView('flow'),
    '2': () => setView('waterfall'),
    '3': () => setView('flame'),
    n: () => step(1, (index) => model.error[index] === 1),
    'shift+n': () => step(-1, (index) => model.error[index] === 1),
    f: () => matches && step(1, (index) => matches.has(index)),
    b: () => matches && step(-1, (index) => matches.has(index)),
    z: () => selected !== null && setZoom(zoomTo(model, selected)),
    '0': () => setZoom(null),
    '[': () => selected !== null && !collapsed.has(selected) && toggle(selected),
    ']': () => selected !== null && collapsed.has(selected) && toggle(selected),
  });
  return (
    <div className={styles.view}>
      <div className={styles.toolbar} data-noprint>
        <Segmented
          label={t.trace.views}
          value={view}
          options={[
            { value: 'flow', label: <ViewLabel icon={<Rows3 size={14} />} text={t.trace.flow} /> },
            {
              value: 'waterfall',
              label: <ViewLabel icon={<ListTree size={14} />} text={t.trace.waterfall} />,
            },
            { value: 'flame', label: <ViewLabel icon={<FlameIcon size={14} />} text={t.trace.flame} /> },
          ]}
          onChange={setView}
        />
        <Segmented
          label={t.trace.pathOnly}
          value={pathOnly ? 'path' : 'all'}
          options={[
            { value: 'path', label: t.trace.pathOnly },
            { value: 'all', label: t.trace.allSpans },
          ]}
          onChange={(value) => update({ path: value === 'all' ? 'all' : undefined })}
        />
        <input
          type="search"
          className={`${controls.input} ${styles.find}`}
          placeholder={t.trace.search}
          aria-label={t.trace.search}
          value={search.find ?? ''}
          onChange={(event) =>
            update({ find: event.target.value || undefined, ...(event.target.value ? { path: 'all' } : {}) })
          }
          onKeyDown={(event) =>
            event.key === 'Enter' && matches && step(event.shiftKey ? -1 : 1, (index) => matches.has(index))
          }
        />
        {matches ? (
          <Button small look="ghost" aria-pressed={matchesOnly} onClick={() => setMatchesOnly(!matchesOnly)}>
            {matchesOnly ? '☑' : '☐'} {t.trace.matchesOnly} · {t.trace.matches(matches.size)}
          </Button>
        ) : null}
        {model.errors > 1 ? (
          <Button small look="ghost" onClick={() => step(1, (index) => model.error[index] === 1)}>
            {t.trace.nextError}
          </Button>
        ) : null}
        {zoom ? (
          <Button small onClick={() => setZoom(null)}>
            {t.trace.resetZoom}
          </Button>
        ) : null}
        <span className={styles.facts}>
          <span>{more ? t.trace.loadingMore(spans.length) : t.trace.spans(model.spans.length)}</span>
          <span>{t.trace.services(model.services.length)}</span>
          <span>{t.trace.errors(model.errors)}</span>
          <span>{duration(model.duration)}</span>
          <VerdictChip verdict={verdict} />
        </span>
      </div>
      <Minimap model={model} looks={looks} range={range} onZoom={setZoom} />
      <div className={styles.body}>
        {view === 'flame' ? (
          <Flame
            model={model}
            looks={looks}
            range={range}
            selected={selected}
            onSelect={select}
            onZoom={setZoom}
          />
        ) : (
          <SpanGrid
            key={view}
            view={view}
            model={model}
            rows={rows}
            looks={looks}
            range={range}
            collapsed={collapsed}
            selected={selected}
            origin={origin}
            matches={matches}
            onSelect={select}
            onToggle={toggle}
            onUnfold={(parents) => setUnfolded(new Set([...unfolded, ...parents]))}
          />
        )}
        {selected !== null ? (
          <SpanDrawer
            project={project}
            traceId={traceId}
            model={model}
            index={selected}
            onClose={() => select(null)}
            onZoom={() => setZoom(zoomTo(model, selected))}
          />
        ) : null}
      </div>
    </div>
  );
}

function ViewLabel({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <>
      {icon} {text}
    </>
  );
}

function zoomTo(model: TraceModel, index: number): Zoom {
  const from = model.start[index] ?? 0;
  const to = model.end[index] ?? from;
  const pad = Math.max((to - from) * 0.05, 500);
  return { from: Math.max(0, from - pad), to: Math.min(model.duration, to + pad) };
}

function flip(set: ReadonlySet<number>, value: number): Set<number> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}
