/** The service flow as a graph. Red: origin of what is unresolved; amber with ↦: errors only pass through; else blue. */
import './flow-base.css';
import {
  applyNodeChanges,
  type Edge,
  type Node,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';
import type { Flow, FlowEdge, FlowNode } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { store, stored } from '../../lib/preferences';
import type { DashboardSearch, Select } from './Dashboard';
import styles from './dashboard.module.css';
import { FlowEdgeView } from './FlowEdgeView';
import { FlowNodeView } from './FlowNodeView';
import { type Direction, type Places, placeNodes, structureOf } from './layout';

export type ServiceNode = Node<
  { flow: FlowNode; selected: boolean; faded: boolean; direction: Direction; pick: () => void },
  'service'
>;
export type CallEdge = Edge<{ flow: FlowEdge; selected: boolean; pick: () => void }, 'call'>;

const NODE_TYPES = { service: FlowNodeView };
const EDGE_TYPES = { call: FlowEdgeView };

interface Props {
  project: string;
  flow: Flow;
  direction: Direction;
  fit: number;
  forget: boolean;
  search: DashboardSearch;
  select: Select;
}

export function FlowGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  );
}

function Graph({ project, flow, direction, fit, forget, search, select }: Props) {
  const t = useT();
  const { fitView } = useReactFlow();
  const structure = structureOf(flow);
  const key = `flow_places:${project}:${direction}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: places follow the structure, never counts or states
  const computed = useMemo(() => placeNodes(flow, direction), [structure, direction]);
  const [dragged, setDragged] = useState<Places>(() => (forget ? {} : readPlaces(key)));
  useEffect(() => {
    if (forget) store(key, '{}');
  }, [forget, key]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: fits on request and when the structure changes
  useEffect(() => {
    const frame = requestAnimationFrame(() => void fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [fit, structure, direction]);
  const nodes = useNodes(flow, { ...computed, ...dragged }, direction, search, select);
  const [live, setLive] = useState<ServiceNode[]>(nodes);
  useEffect(() => setLive(nodes), [nodes]);
  const edges = useEdges(flow, search, select);
  const onNodesChange = (changes: NodeChange<ServiceNode>[]) =>
    setLive((old) => applyNodeChanges(changes, old));
  return (
    <div className={styles.flowBody}>
      <Markers />
      <ReactFlow<ServiceNode, CallEdge>
        nodes={live}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onNodeDragStop={(_, node) => {
          const next = {
            ...dragged,
            [node.id]: { x: Math.round(node.position.x), y: Math.round(node.position.y) },
          };
          setDragged(next);
          store(key, JSON.stringify(next));
        }}
        fitView
        fitViewOptions={FIT}
        minZoom={0.15}
        maxZoom={1.6}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        aria-label={t.dashboard.flow}
      />
      <div className={styles.legend} aria-hidden="true">
        <span>
          <i className={styles.key} /> {t.dashboard.node.healthy}
        </span>
        <span>
          <i className={`${styles.key} ${styles.keyRed}`}>✕</i> {t.dashboard.node.origin}
        </span>
        <span>
          <i className={`${styles.key} ${styles.keyAmber}`}>↦</i> {t.dashboard.node.victim}
        </span>
      </div>
    </div>
  );
}

const FIT = { padding: 0.12, maxZoom: 1 };

function useNodes(
  flow: Flow,
  places: Places,
  direction: Direction,
  search: DashboardSearch,
  select: Select,
): ServiceNode[] {
  const related = relatedTo(flow, search);
  const signature = JSON.stringify([flow.nodes, places, direction, search.service, search.edge]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature holds everything a node shows
  return useMemo(
    () =>
      flow.nodes.map((node) => ({
        id: node.service,
        type: 'service' as const,
        position: places[node.service] ?? { x: 0, y: 0 },
        data: {
          flow: node,
          direction,
          selected: search.service === node.service,
          faded: related !== null && !related.has(node.service),
          pick: () =>
            select({ service: search.service === node.service ? undefined : node.service, edge: undefined }),
        },
      })),
    [signature],
  );
}

function useEdges(flow: Flow, search: DashboardSearch, select: Select): CallEdge[] {
  const signature = JSON.stringify([flow.edges, search.edge]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature holds everything an edge shows
  return useMemo(
    () =>
      flow.edges
        .filter((edge) => edge.from !== edge.to)
        .map((edge) => {
          const id = `${edge.from}>${edge.to}`;
          return {
            id,
            type: 'call' as const,
            source: edge.from,
            target: edge.to,
            data: {
              flow: edge,
              selected: search.edge === id,
              pick: () => select({ edge: search.edge === id ? undefined : id, service: undefined }),
            },
          };
        }),
    [signature],
  );
}

/** Services that belong to what is selected; null when nothing is. */
function relatedTo(flow: Flow, search: DashboardSearch): Set<string> | null {
  if (search.edge) return new Set(search.edge.split('>'));
  if (!search.service) return null;
  const related = new Set([search.service]);
  for (const edge of flow.edges) {
    if (edge.from === search.service) related.add(edge.to);
    if (edge.to === search.service) related.add(edge.from);
  }
  return related;
}

function Markers() {
  return (
    <svg width="0" height="0" aria-hidden="true" style={{ position: 'absolute' }}>
      <defs>
        {(['flow', 'red', 'text'] as const).map((tone) => (
          <marker
            key={tone}
            id={`arrow-${tone}`}
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="11"
            markerHeight="11"
            markerUnits="userSpaceOnUse"
            orient="auto-start-reverse"
          >
            <path
              d="M1 1 9 5 1 9z"
              fill={tone === 'flow' ? 'var(--flow)' : tone === 'red' ? 'var(--red-fill)' : 'var(--text)'}
            />
          </marker>
        ))}
      </defs>
    </svg>
  );
}

function readPlaces(key: string): Places {
  try {
    const value: unknown = JSON.parse(stored(key) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Places) : {};
  } catch {
    return {};
  }
}
