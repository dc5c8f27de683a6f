/** One direction of calls. Failing: red and dashed, with the count of errors; the arrow points at what is called. */
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { useI18n } from '../../i18n/i18n';
import { compact } from '../../lib/format';
import styles from './dashboard.module.css';
import type { CallEdge } from './FlowGraph';

export function FlowEdgeView({
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  data,
}: EdgeProps<CallEdge>) {
  const { t, language } = useI18n();
  const [path, labelX, labelY] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    curvature: 0.3,
  });
  if (!data) return null;
  const { flow, selected, pick } = data;
  const tone = selected ? 'text' : flow.failing ? 'red' : 'flow';
  const style = {
    stroke: tone === 'text' ? 'var(--text)' : tone === 'red' ? 'var(--red-fill)' : 'var(--flow)',
    strokeWidth: selected ? 2.5 : flow.failing ? 2 : 1.5,
    strokeDasharray: flow.failing ? '7 5' : undefined,
    opacity: flow.failing || selected ? 1 : 0.7,
    transition: 'stroke var(--heal)',
  };
  return (
    <>
      <BaseEdge path={path} style={style} markerEnd={`url(#arrow-${tone})`} interactionWidth={16} />
      <EdgeLabelRenderer>
        <button
          type="button"
          className={`${styles.edgeLabel} ${flow.failing ? styles.edgeFailing : ''} nodrag nopan`}
          style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          aria-pressed={selected}
          aria-label={`${flow.from} → ${flow.to}, ${flow.failing ? t.dashboard.failing : t.dashboard.ok}, ${t.dashboard.requests} ${flow.requests}, ${t.dashboard.errors} ${flow.errors}`}
          onClick={pick}
        >
          {flow.failing ? `✕ ${compact(flow.errors, language)}` : compact(flow.requests, language)}
        </button>
      </EdgeLabelRenderer>
    </>
  );
}
