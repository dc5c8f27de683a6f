/** The query one left off with, per project. */
import { store } from '../../lib/preferences';

export function remember(project: string, sql: string): void {
  store(`query:${project}`, sql);
}
