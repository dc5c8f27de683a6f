/**
 * Rows under a pointer or the focus never move: while the list is held, known rows are updated in place, what left stays
 * until release, and what is new waits behind a pill.
 */
import { useRef, useState } from 'react';

interface Held<T> {
  rows: T[];
  /** Rows that wait behind the pill. */
  waiting: number;
  release: () => void;
  /** Ids that came since the first answer: they slide in. */
  isNew: (id: string) => boolean;
  hold: { onPointerEnter: () => void; onPointerLeave: () => void; onFocus: () => void; onBlur: () => void };
}

export function useHeldRows<T extends { id: string }>(fresh: T[], key: string): Held<T> {
  const [holding, setHolding] = useState(0);
  const [released, setReleased] = useState(0);
  const shown = useRef<{ key: string; rows: T[]; known: Set<string>; released: number }>({
    key: '',
    rows: [],
    known: new Set(),
    released: 0,
  });
  const old = shown.current;
  let waiting = 0;
  if (old.key !== key || old.rows.length === 0) {
    shown.current = { key, rows: fresh, known: new Set(fresh.map((row) => row.id)), released };
  } else if (holding === 0 || old.released !== released) {
    shown.current = { ...old, rows: fresh, released };
  } else {
    const byId = new Map(fresh.map((row) => [row.id, row]));
    const kept = new Set(old.rows.map((row) => row.id));
    const added = fresh.filter((row) => !kept.has(row.id));
    // Rows below the last kept one are a next page, not news.
    const lastKept = fresh.findLastIndex((row) => kept.has(row.id));
    const news = added.filter((row) => fresh.indexOf(row) < lastKept);
    const older = added.filter((row) => !news.includes(row));
    waiting = news.length;
    shown.current = {
      ...old,
      rows: [...old.rows.filter((row) => byId.has(row.id)).map((row) => byId.get(row.id) ?? row), ...older],
    };
  }
  const flip = (bit: number, on: boolean) => setHolding((current) => (on ? current | bit : current & ~bit));
  return {
    rows: shown.current.rows,
    waiting,
    release: () => setReleased(released + 1),
    isNew: (id) => !shown.current.known.has(id),
    hold: {
      onPointerEnter: () => flip(1, true),
      onPointerLeave: () => flip(1, false),
      onFocus: () => flip(2, true),
      onBlur: () => flip(2, false),
    },
  };
}
