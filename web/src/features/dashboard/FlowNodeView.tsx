/** One service, database, queue or outside party. Shape tells the kind, mark and colour the state. */
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { Cloud, Database, Rows3, Server } from 'lucide-react';
import type { FlowNode, NodeKind } from '../../api/types';
import { useI18n } from '../../i18n/i18n';
import { compact, inert } from '../../lib/format';
import { duration } from '../../lib/time';
import styles from './dashboard.module.css';
import type { ServiceNode } from './FlowGraph';

const ICONS: Record<NodeKind, typeof Server> = {
  service: Server,
  database: Database,
  queue: Rows3,
  external: Cloud,
};
const HIDDEN = { opacity: 0, pointerEvents: 'none' as const };

export function FlowNodeView({ data }: NodeProps<ServiceNode>) {
  const { t, language } = useI18n();
  const { flow, selected, faded, direction, pick } = data;
  const Icon = ICONS[flow.kind] ?? Server;
  const [into, out] = direction === 'LR' ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom];
  return (
    <>
      <Handle type="target" position={into} style={HIDDEN} isConnectable={false} />
      <button
        type="button"
        className={styles.node}
        data-kind={flow.kind}
        data-state={flow.state}
        data-selected={selected}
        data-faded={faded}
        data-service={flow.service}
        aria-pressed={selected}
        aria-label={describe(flow)}
        title={flow.service}
        onClick={pick}
      >
        <span className={styles.nodeIcon}>
          <Icon size={18} />
        </span>
        <span className={styles.nodeName}>
          {inert(flow.service, 80)}
          <span className={styles.nodeMeta}>
            {compact(flow.requests, language)} · {duration((flow.p99_ms ?? 0) * 1e6)}
          </span>
        </span>
        {flow.unresolved > 0 && flow.state === 'origin' ? (
          <span className={styles.count}>✕ {compact(flow.unresolved, language)}</span>
        ) : flow.state === 'victim' ? (
          <span className={styles.through}>↦</span>
        ) : null}
      </button>
      <Handle type="source" position={out} style={HIDDEN} isConnectable={false} />
    </>
  );

  function describe(node: FlowNode): string {
    const parts = [
      node.service,
      t.dashboard.kind[node.kind] ?? node.kind,
      t.dashboard.node[node.state] ?? node.state,
    ];
    if (node.unresolved > 0) parts.push(t.dashboard.unresolvedCount(node.unresolved));
    return parts.join(', ');
  }
}
