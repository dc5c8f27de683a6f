/** Short notices at the foot of the page, with at most two actions. Read out politely, gone after six seconds. */
import { X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useT } from '../i18n/i18n';
import styles from './states.module.css';

export interface Toast {
  id: number;
  text: string;
  red?: boolean;
  actions?: { label: string; run: () => void }[];
}

const TOAST_MS = 6_000;
const TOASTS_MAX = 4;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(text: string, options: Omit<Toast, 'id' | 'text'> = {}): number {
  const id = nextId++;
  set([...toasts.slice(1 - TOASTS_MAX), { id, text, ...options }]);
  setTimeout(() => dismissToast(id), TOAST_MS);
  return id;
}

export function dismissToast(id: number): void {
  if (toasts.some((entry) => entry.id === id)) set(toasts.filter((entry) => entry.id !== id));
}

export function Toasts() {
  const t = useT();
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className={styles.toasts} role="status" aria-live="polite" data-noprint>
      {shown.map((entry) => (
        <div key={entry.id} className={`${styles.toast} ${entry.red ? styles.toastRed : ''}`}>
          <span className={styles.toastText}>{entry.text}</span>
          {entry.actions?.map((action) => (
            <button
              key={action.label}
              type="button"
              onClick={() => {
                dismissToast(entry.id);
                action.run();
              }}
            >
              {action.label}
            </button>
          ))}
          <button type="button" aria-label={t.app.close} onClick={() => dismissToast(entry.id)}>
            <X size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
