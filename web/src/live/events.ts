/** What the live stream says. */
import type { ErrorItem, FlowEdge, FlowNode, Issue } from '../api/types';

export type LiveEvent =
  | { name: 'error_detected' | 'error_revised'; data: ErrorItem }
  | { name: 'issue_changed'; data: Issue }
  | { name: 'flow_changed'; data: { project?: string; nodes: FlowNode[]; edges: FlowEdge[] } }
  | { name: 'note_changed'; data: { id: string; revision: number } }
  | { name: 'replay_gap'; data: unknown };

export const LIVE_NAMES = [
  'error_detected',
  'error_revised',
  'issue_changed',
  'flow_changed',
  'note_changed',
  'replay_gap',
] as const satisfies readonly LiveEvent['name'][];

export type LiveState =
  | { kind: 'live' | 'connecting' | 'paused' }
  /** `at`: when the next attempt starts; 0 where the browser decides. */
  | { kind: 'reconnecting'; at: number }
  | { kind: 'offline'; since: number };

/** Null for what cannot be read: a broken event must not end the stream. */
export function parseLive(name: LiveEvent['name'], text: string): LiveEvent | null {
  if (name === 'replay_gap') return { name, data: null };
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null) return null;
    const has = (key: string) => key in data;
    if (name === 'flow_changed') {
      const flow = data as { project?: string; nodes?: FlowNode[]; edges?: FlowEdge[] };
      return { name, data: { ...flow, nodes: flow.nodes ?? [], edges: flow.edges ?? [] } };
    }
    return has('id') ? ({ name, data } as LiveEvent) : null;
  } catch {
    return null;
  }
}
