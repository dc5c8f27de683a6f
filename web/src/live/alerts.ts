/** New errors as the person hears of them: toasts (coalesced) and the count not yet seen, per project. */
import type { ErrorItem } from '../api/types';

export interface AlertSnapshot {
  /** Ids of errors announced since the dashboard of the project was last seen. */
  unseen: ReadonlyMap<string, number>;
}

const SEEN_PREFIX = 'omegi_seen:';
/** Ids remembered so that a repeated announcement (another tab, a replay) counts once. */
const KNOWN_MAX = 2_000;

export class Alerts {
  #listeners = new Set<() => void>();
  #known = new Set<string>();
  #snapshot: AlertSnapshot = { unseen: new Map() };

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  snapshot = (): AlertSnapshot => this.#snapshot;

  /** True when this error was not announced before. */
  announce(error: ErrorItem): boolean {
    const fresh = ![error.id, ...(error.supersedes ?? [])].some((id) => this.#known.has(id));
    this.#known.add(error.id);
    if (this.#known.size > KNOWN_MAX) this.#known.delete(this.#known.values().next().value as string);
    if (fresh) this.#set(error.project, (this.#snapshot.unseen.get(error.project) ?? 0) + 1);
    return fresh;
  }

  restore(project: string, count: number): void {
    this.#set(project, Math.max(count, this.#snapshot.unseen.get(project) ?? 0));
  }

  markSeen(project: string, at = new Date()): void {
    writeSeen(project, at.toISOString());
    this.#set(project, 0);
  }

  /** Another tab has seen the dashboard. */
  followStorage = (event: StorageEvent): void => {
    if (event.key?.startsWith(SEEN_PREFIX)) this.#set(event.key.slice(SEEN_PREFIX.length), 0);
  };

  #set(project: string, count: number): void {
    if ((this.#snapshot.unseen.get(project) ?? 0) === count) return;
    const unseen = new Map(this.#snapshot.unseen);
    unseen.set(project, count);
    this.#snapshot = { unseen };
    for (const listener of this.#listeners) listener();
  }
}

export function readSeen(project: string): string | null {
  try {
    return localStorage.getItem(SEEN_PREFIX + project);
  } catch {
    return null;
  }
}

function writeSeen(project: string, at: string): void {
  try {
    localStorage.setItem(SEEN_PREFIX + project, at);
  } catch {
    // Storage may be denied; then the count lives as long as the page.
  }
}

export const alerts = new Alerts();
