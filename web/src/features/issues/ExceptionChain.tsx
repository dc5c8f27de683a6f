/** What was thrown: each exception with its frames, ours open, the libraries' folded. */
import { Copy } from 'lucide-react';
import { useState } from 'react';
import type { ErrorDetail, ExceptionInfo, Frame } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { inert } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { Segmented } from '../../ui/Segmented';
import { toast } from '../../ui/toasts';
import styles from './detail.module.css';
import { groupFrames, toMarkdown } from './frames';

export function ExceptionChain({ event }: { event: ErrorDetail }) {
  const t = useT();
  const [order, setOrder] = useState<'inner' | 'outer'>('inner');
  if (event.exceptions.length === 0) {
    return (
      <div className={styles.exception}>
        <p>{t.stack.none}</p>
        <p className="dim">{inert(event.message, 2000)}</p>
      </div>
    );
  }
  const exceptions = order === 'inner' ? event.exceptions : [...event.exceptions].reverse();
  const copy = () => {
    void navigator.clipboard?.writeText(toMarkdown(event));
    toast(t.app.copied);
  };
  return (
    <>
      <div className={`${styles.exception} rowflex wrap`} data-noprint>
        <Segmented
          label={t.stack.order}
          value={order}
          options={[
            { value: 'inner', label: t.stack.innermostFirst },
            { value: 'outer', label: t.stack.outermostFirst },
          ]}
          onChange={setOrder}
        />
        <span className="grow" />
        <Button small onClick={copy}>
          <Copy size={12} /> {t.stack.copyMarkdown}
        </Button>
      </div>
      {exceptions.map((exception, index) => (
        <One key={index} exception={exception} reversed={order === 'outer'} />
      ))}
    </>
  );
}

function One({ exception, reversed }: { exception: ExceptionInfo; reversed: boolean }) {
  const t = useT();
  const [raw, setRaw] = useState(false);
  const frames = exception.frames ?? [];
  return (
    <div className={styles.exception}>
      <div className={styles.exceptionHead}>
        <h3 className={styles.exceptionType}>{inert(exception.type || '–', 400)}</h3>
        {exception.handled === null ? null : (
          <Chip tone={exception.handled ? 'plain' : 'red'}>
            {exception.handled ? t.stack.handled : t.stack.unhandled}
          </Chip>
        )}
        {(exception.sources ?? []).map((source) => (
          <Chip key={source} tone="outline" title={t.stack.sources}>
            {t.stack.sourceNames[source] ?? source}
          </Chip>
        ))}
        {exception.stacktrace && frames.length > 0 ? (
          <Button small look="ghost" onClick={() => setRaw(!raw)}>
            {raw ? t.stack.showFrames : t.stack.showRaw}
          </Button>
        ) : null}
      </div>
      <p className="dim">{inert(exception.message ?? '', 2000)}</p>
      {raw || (frames.length === 0 && exception.stacktrace) ? (
        <pre className={styles.raw}>{inert(exception.stacktrace ?? '', 262_144)}</pre>
      ) : frames.length === 0 ? (
        <p className="faint">{t.stack.noStack}</p>
      ) : (
        <Frames frames={reversed ? [...frames].reverse() : frames} />
      )}
    </div>
  );
}

function Frames({ frames }: { frames: Frame[] }) {
  const t = useT();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const groups = groupFrames(frames);
  return (
    <div className={styles.frames}>
      {groups.map((group, index) =>
        group.library && !opened.has(index) && groups.length > 1 ? (
          <button
            key={index}
            type="button"
            className={styles.library}
            aria-expanded={false}
            onClick={() => setOpened(new Set(opened).add(index))}
          >
            ▸ {t.stack.libraryFrames(group.frames.length)}
          </button>
        ) : (
          group.frames.map((frame, at) => (
            <FrameLine key={`${index}-${at}`} frame={frame} library={group.library} />
          ))
        ),
      )}
    </div>
  );
}

function FrameLine({ frame, library }: { frame: Frame; library: boolean }) {
  return (
    <div className={styles.frame} data-app={!library}>
      <span>
        {frame.module ? `${inert(frame.module, 300)}.` : ''}
        <strong>{inert(frame.function ?? frame.raw ?? '–', 300)}</strong>
      </span>
      <span className={styles.where}>
        {inert(frame.file ?? '', 300)}
        {frame.line ? `:${frame.line}` : ''}
      </span>
    </div>
  );
}
