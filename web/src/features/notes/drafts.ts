/** Drafts on this machine, so that a killed tab loses nothing: one per note, and one per new note of an issue. */
import type { NoteDraft } from '../../api/types';

const DATABASE = 'omegi';
const STORE = 'drafts';

export interface KeptDraft {
  draft: NoteDraft;
  /** Revision of the note it was begun from; 0 for a new one. */
  revision: number;
  at: number;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  try {
    const database = await open();
    return await new Promise<T>((resolve, reject) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } catch {
    // A browser that keeps nothing (private mode) still edits.
    return undefined;
  }
}

export function keepDraft(key: string, kept: KeptDraft): Promise<unknown> {
  return run('readwrite', (store) => store.put(kept, key));
}

export function readDraft(key: string): Promise<KeptDraft | undefined> {
  return run<KeptDraft>('readonly', (store) => store.get(key) as IDBRequest<KeptDraft>);
}

export function dropDraft(key: string): Promise<unknown> {
  return run('readwrite', (store) => store.delete(key));
}
