/** The raw text of an occurrence: only lines in view are in the document, each has an address. */
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Download } from 'lucide-react';
import { type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { ErrorDetail } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { store, stored } from '../../lib/preferences';
import { Button, IconButton } from '../../ui/Button';
import controls from '../../ui/controls.module.css';
import { Empty, Panel } from '../../ui/states';
import styles from './detail.module.css';
import { logLines, parseLines } from './frames';

const LINE_HEIGHT = 18;

export function LogView({ event }: { event: ErrorDetail }) {
  const t = useT();
  const lines = useMemo(() => logLines(event), [event]);
  const [find, setFind] = useState('');
  const [hit, setHit] = useState(0);
  const [wrap, setWrap] = useState(stored('log_wrap') !== 'off');
  const hits = useMemo(() => {
    const needle = find.trim().toLowerCase();
    return needle === ''
      ? []
      : lines.flatMap((line, index) => (line.toLowerCase().includes(needle) ? [index] : []));
  }, [lines, find]);
  const current = hits.length > 0 ? hits[((hit % hits.length) + hits.length) % hits.length] : undefined;
  const download = () => {
    const url = URL.createObjectURL(new Blob([lines.join('\n')], { type: 'text/plain' }));
    const link = Object.assign(document.createElement('a'), { href: url, download: `${event.id}.txt` });
    link.click();
    URL.revokeObjectURL(url);
  };
  const tools = (
    <>
      <input
        type="search"
        className={controls.input}
        style={{ width: 170, minHeight: 28 }}
        placeholder={t.log.find}
        aria-label={t.log.find}
        value={find}
        onChange={(input) => {
          setFind(input.target.value);
          setHit(0);
        }}
        onKeyDown={(key) => key.key === 'Enter' && setHit(hit + (key.shiftKey ? -1 : 1))}
      />
      {find ? (
        <span className="faint" role="status">
          {current === undefined ? t.log.noHits : t.log.hits(hits.indexOf(current) + 1, hits.length)}
        </span>
      ) : (
        <span className="faint">{t.log.lines(lines.length)}</span>
      )}
      <Button
        small
        aria-pressed={wrap}
        onClick={() => {
          store('log_wrap', wrap ? 'off' : 'on');
          setWrap(!wrap);
        }}
      >
        {wrap ? '☑' : '☐'} {t.log.wrap}
      </Button>
      <IconButton label={t.log.all} onClick={download}>
        <Download size={15} />
      </IconButton>
    </>
  );
  return (
    <Panel title={t.detail.log} tools={lines.length > 0 ? tools : null}>
      {lines.length === 0 ? (
        <Empty title={t.log.empty} />
      ) : (
        <Lines key={String(wrap)} lines={lines} wrap={wrap} target={current} />
      )}
    </Panel>
  );
}

function Lines({ lines, wrap, target }: { lines: string[]; wrap: boolean; target: number | undefined }) {
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const hash = useRouterState({ select: (state) => state.location.hash });
  const marked = parseLines(hash);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  });
  const first = marked?.from;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when the target changes only
  useEffect(() => {
    const index = target ?? (first === undefined ? undefined : first - 1);
    if (index !== undefined) virtual.scrollToIndex(index, { align: 'center' });
  }, [target, first]);
  const link = (line: number) => (event: MouseEvent) => {
    const range =
      event.shiftKey && marked ? `L${Math.min(marked.from, line)}-${Math.max(marked.to, line)}` : `L${line}`;
    void navigate({
      to: '.',
      search: (old: object) => old,
      hash: range,
      replace: true,
      resetScroll: false,
    } as never);
  };
  return (
    <div
      ref={scroller}
      className={`${styles.log} ${wrap ? styles.wrapped : ''}`}
      tabIndex={0}
      role="region"
      aria-label={t.detail.log}
    >
      <div
        style={{
          height: virtual.getTotalSize(),
          position: 'relative',
          minWidth: wrap ? undefined : 'max-content',
        }}
      >
        {virtual.getVirtualItems().map((item) => {
          const number = item.index + 1;
          return (
            <div
              key={item.key}
              ref={wrap ? virtual.measureElement : undefined}
              data-index={item.index}
              className={styles.line}
              data-marked={marked !== null && number >= marked.from && number <= marked.to}
              data-hit={item.index === target}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <button
                type="button"
                tabIndex={-1}
                className={styles.lineNumber}
                aria-label={`${t.log.permalink} ${number}`}
                onClick={link(number)}
              >
                {number}
              </button>
              <span className={styles.lineText}>
                {inert((lines[item.index] ?? '').replaceAll('\t', '    '), 20_000) || ' '}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
