/** Shapes of `/api/v1` as the contracts name them. Times are RFC 3339 with nanoseconds; `_ns` are integers as text. */

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type Role = 'owner' | 'member' | 'viewer';
export interface Session {
  user: { id: string; email: string; name?: string | null };
  role: Role;
  projects: { slug: string; name: string; role: Role }[];
}
/** How one may sign in here; a server without this route has local accounts alone. */
export interface SignInWays {
  password: boolean;
  providers: { id: string; name: string }[];
}

export interface Project {
  slug: string;
  name: string;
  created_at?: string;
}
export interface Service {
  name: string;
  type: string | null;
  last_seen?: string | null;
  auto_registered?: boolean;
}
export interface IngestToken {
  id: string;
  name: string;
  masked?: string | null;
  service: string | null;
  created_at: string;
  last_used_at: string | null;
  revoked_at?: string | null;
}
export interface IssuedToken extends IngestToken {
  /** Shown once, never again. */
  token: string;
}
export interface Member {
  email: string;
  role: Role;
  name?: string | null;
}

export type IssueStatus = 'unresolved' | 'resolved' | 'ignored' | 'snoozed';
export type Substatus = 'new' | 'ongoing' | 'regressed';
export interface Issue {
  id: string;
  short_id: string;
  project?: string;
  title: string;
  type: string;
  message: string;
  culprit: string | null;
  origin_service: string;
  services: string[];
  environments: string[];
  first_release: string | null;
  last_release: string | null;
  status: IssueStatus;
  substatus: Substatus | null;
  count: number;
  first_seen: string;
  last_seen: string;
  assignee: string | null;
  note_count: number;
  sparkline?: number[];
}
export interface HistoryEntry {
  kind: string;
  at: string;
  by: string | null;
  detail?: string | null;
}
export interface IssueDetail extends Issue {
  grouping: { version: string | number; method: string; evidence: Evidence[] };
  history: HistoryEntry[];
}
export type Evidence = string | { kind?: string; name?: string; value?: string; text?: string };
export type IssueAction = 'resolve' | 'reopen' | 'ignore' | 'snooze' | 'assign' | 'merge' | 'split';

export type VerdictState = 'complete' | 'waiting' | 'partial' | 'truncated';
export interface Verdict {
  state: VerdictState;
  reason: string | null;
  missing_parents?: { span_id: string; children: string[]; service: string | null }[];
}
export interface Origin {
  service: string;
  span_id: string | null;
  operation: string | null;
}
/** List form of an error event. */
export interface ErrorItem {
  id: string;
  issue_id: string;
  revision: number;
  supersedes?: string[];
  trace_id: string | null;
  project: string;
  type: string;
  message: string;
  origin: Origin;
  verdict: Verdict;
  time: string;
  escaped?: boolean;
  environment?: string | null;
  release?: string | null;
}
export interface Frame {
  function?: string | null;
  module?: string | null;
  file?: string | null;
  line?: number | null;
  column?: number | null;
  in_app?: boolean | null;
  source?: string | null;
  raw?: string | null;
}
export interface ExceptionInfo {
  type: string;
  message: string;
  stacktrace: string | null;
  frames: Frame[];
  cause_of: number | null;
  span_id: string | null;
  sources: string[];
  handled: boolean | null;
}
export interface PathSpan {
  span_id: string;
  parent_span_id: string | null;
  service: string;
  operation: string;
  kind: string;
  start: string;
  end: string;
  status: string;
}
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type Attributes = Record<string, JsonValue>;
export interface ErrorDetail extends ErrorItem {
  environment: string | null;
  release: string | null;
  received_at: string;
  escaped: boolean;
  score: number;
  ambiguous: boolean;
  siblings: string[];
  exceptions: ExceptionInfo[];
  path: PathSpan[];
  services: { name: string; role: 'origin' | 'victim' | 'bystander' }[];
  attributes: Attributes;
}

export interface SpanEventInfo {
  name: string;
  time_ns?: string;
  time?: string;
  attributes?: Attributes;
}
export interface SpanLinkInfo {
  trace_id: string;
  span_id: string;
  attributes?: Attributes;
}
export interface Span extends PathSpan {
  start_ns: string;
  end_ns: string;
  status_message?: string | null;
  flags?: string[];
  attributes?: Attributes;
  events?: SpanEventInfo[];
  links?: SpanLinkInfo[];
  resource?: Attributes;
  scope?: { name?: string; version?: string } | null;
}
export interface Trace {
  trace_id: string;
  verdict: Verdict;
  spans: Span[];
  skew: { host: string; delta_ns: string }[];
  error_ids: string[];
  next_cursor: string | null;
}

export type NodeKind = 'service' | 'database' | 'queue' | 'external';
export type NodeState = 'healthy' | 'origin' | 'victim';
export interface FlowNode {
  service: string;
  type: string | null;
  kind: NodeKind;
  state: NodeState;
  unresolved: number;
  requests: number;
  errors: number;
  p99_ms: number | null;
}
export interface FlowEdge {
  from: string;
  to: string;
  requests: number;
  errors: number;
  p99_ms: number | null;
  last_seen: string | null;
  failing: boolean;
}
export interface Flow {
  nodes: FlowNode[];
  edges: FlowEdge[];
}

export interface Stats {
  solved: number;
  unsolved: number;
  latest: string | null;
  series: StatsBucket[];
  time_to_resolve?: { median_s: number | null } | null;
  notes?: { written: number; links_by_me: number; links_to_me: number } | null;
}
export interface StatsBucket {
  time: string;
  errors: number;
  by_service?: Record<string, number>;
  by_type?: Record<string, number>;
}

export type NoteKind = 'error' | 'general';
export type Visibility = 'private' | 'project' | 'everyone';
export interface NoteItem {
  id: string;
  revision: number;
  kind: NoteKind;
  title: string;
  excerpt: string;
  tags: string[];
  project: string | null;
  visibility: Visibility;
  author: { id: string; name: string };
  mine: boolean;
  created_at: string;
  updated_at: string;
  issue_ids: string[];
  link_count: number;
  comment_count: number;
}
export interface Note extends NoteItem {
  body: string;
  links: { id: string; title: string; author: string; mine: boolean }[];
  backlinks: { id: string; title: string; author: string; mine: boolean; sentence: string }[];
}
export interface NoteDraft {
  kind: NoteKind;
  title: string;
  body: string;
  tags: string[];
  project: string | null;
  visibility: Visibility;
  issue_ids: string[];
}
export interface Comment {
  id: string;
  author: { id: string; name: string };
  mine: boolean;
  body: string;
  created_at: string;
}
export interface Tag {
  name: string;
  count: number;
}
export type GraphKind = 'note' | 'tag' | 'issue' | 'service';
export interface NotesGraph {
  nodes: {
    id: string;
    kind: GraphKind;
    title: string;
    mine?: boolean;
    status?: IssueStatus;
    created_at?: string;
    x?: number;
    y?: number;
  }[];
  links: { from: string; to: string; kind: string }[];
}

export interface SearchHit {
  kind: 'issue' | 'error' | 'note' | 'service' | 'operation';
  id: string;
  project: string | null;
  title: string;
  snippets?: { field: string; text: string }[];
}

export interface SqlStats {
  rows?: number;
  bytes_read?: number;
  files_pruned?: number;
  elapsed_ms?: number;
  truncated?: boolean;
}
