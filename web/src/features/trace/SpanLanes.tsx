/** The flow view's right side: one lane per service, the call drawn from its caller's lane. */
import { inert } from '../../lib/format';
import type { SeriesLook } from '../../lib/series';
import { duration } from '../../lib/time';
import type { TraceModel } from './model';
import type { TraceRow } from './rows';
import styles from './trace.module.css';

export function LaneHead({ services }: { services: string[] }) {
  return (
    <span className={styles.lanes} style={{ gridTemplateColumns: columns(services.length) }}>
      {services.map((service) => (
        <span key={service} className={styles.laneHead} title={service}>
          {inert(service, 60)}
        </span>
      ))}
    </span>
  );
}

interface Props {
  model: TraceModel;
  row: TraceRow;
  services: string[];
  looks: Map<string, SeriesLook>;
}

export function SpanLanes({ model, row, services, looks }: Props) {
  const span = model.spans[row.index];
  if (!span) return null;
  const lane = services.indexOf(span.service);
  const parent = model.parent[row.index] ?? -1;
  const caller = parent < 0 ? lane : services.indexOf(model.spans[parent]?.service ?? '');
  const failed = model.error[row.index] === 1;
  const share = 100 / Math.max(1, services.length);
  const [left, right] = caller < lane ? [caller, lane] : [lane, caller];
  const length = (model.end[row.index] ?? 0) - (model.start[row.index] ?? 0);
  return (
    <span className={styles.lanes} style={{ gridTemplateColumns: columns(services.length) }}>
      {services.map((service, index) => (
        <span key={service} className={styles.lane}>
          {index === lane ? (
            <span className={`${styles.call} ${failed ? styles.callFailed : ''}`}>
              <i className={styles.swatch} style={{ background: looks.get(service)?.colour }} />
              {failed ? (
                <span className={styles.cross} aria-hidden="true">
                  ✕
                </span>
              ) : null}
              <span className="clip">{inert(span.operation, 80)}</span>
              <span className="faint">{duration(length)}</span>
            </span>
          ) : null}
        </span>
      ))}
      {caller >= 0 && caller !== lane ? (
        <i
          className={`${styles.hop} ${failed ? styles.hopFailed : ''}`}
          style={{
            left: `calc(${left * share}% + ${caller < lane ? share / 2 : share}%)`,
            width: `${Math.max(0, (right - left) * share - share / 2)}%`,
            maxWidth: `calc(${(right - left) * share}% - 2px)`,
          }}
        />
      ) : null}
    </span>
  );
}

function columns(count: number): string {
  return `repeat(${Math.max(1, count)}, minmax(90px, 1fr))`;
}
