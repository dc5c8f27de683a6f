/**
 * Rows under a pointer or the focus never move: while the list is held, known rows are updated in place, what left stays
 * until release, and what is new waits behind a pill.
 */
import { type RefObject, useRef, useState } from 'react';

interface Held<T> {
  rows: T[];
  /** Rows that wait behind the pill. */
  waiting: number;
  release: () => void;
  /** Ids that came since the first answer: they slide in. */
  isNew: (id: string) => boolean;
  hold: { onPointerEnter: () => void; onPointerLeave: () => void; onFocus: () => void; onBlur: () => void };
}

export function useHeldRows<T extends { id: string }>(
  fresh: T[],
  key: string,
  box: RefObject<HTMLElement | null>,
): Held<T> {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [released, setReleased] = useState(0);
  const shown = useRef<{ key: string; rows: T[]; known: Set<string>; released: number }>({
    key: '',
    rows: [],
    known: new Set(),
    released: 0,
  });
  const old = shown.current;
  // A focused row that is removed tells nobody that it lost the focus, so the document is asked.
  const held = pointed || (focused && (box.current?.contains(document.activeElement) ?? false));
  let waiting = 0;
  if (old.key !== key || old.rows.length === 0) {
    shown.current = { key, rows: fresh, known: new Set(fresh.map((row) => row.id)), released };
  } else if (!held || old.released !== released) {
    shown.current = { ...old, rows: fresh, released };
  } else {
    const merged = holdRows(old.rows, fresh, old.known);
    waiting = merged.waiting;
    shown.current = { ...old, rows: merged.rows };
  }
  return {
    rows: shown.current.rows,
    waiting,
    release: () => setReleased(released + 1),
    isNew: (id) => !shown.current.known.has(id),
    hold: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
  };
}

/**
 * The rows as they stand, brought up to date: the gone leave, an older page comes below, a known row returns to its place
 * (somebody undid something), and what is truly new waits.
 */
export function holdRows<T extends { id: string }>(
  shown: readonly T[],
  fresh: readonly T[],
  known: ReadonlySet<string>,
): { rows: T[]; waiting: number } {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  const rows = shown.flatMap((row) => byId.get(row.id) ?? []);
  const kept = new Set(rows.map((row) => row.id));
  const lastKept = fresh.findLastIndex((row) => kept.has(row.id));
  let waiting = 0;
  fresh.forEach((row, index) => {
    if (kept.has(row.id)) return;
    if (index > lastKept) rows.push(row);
    else if (known.has(row.id)) {
      const next = fresh.slice(index + 1).find((other) => kept.has(other.id));
      const at = rows.findIndex((other) => other.id === next?.id);
      rows.splice(at < 0 ? rows.length : at, 0, row);
    } else waiting += 1;
  });
  return { rows, waiting };
}
