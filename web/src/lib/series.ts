/** Colours of services and types in charts: by name, the same in every session; the seventh repeats with a hatch. */
import { hash } from './format';

const COLOURS = 6;

export interface SeriesLook {
  colour: string;
  hatched: boolean;
}

/** Gives each name a place by hash and the next free one on a clash, in the order of the names. */
export function seriesLooks(project: string, names: readonly string[]): Map<string, SeriesLook> {
  const taken = new Set<number>();
  const looks = new Map<string, SeriesLook>();
  for (const name of [...names].sort()) {
    const wanted = hash(`${project}\n${name}`) % COLOURS;
    let slot = wanted;
    while (taken.has(slot) && taken.size < COLOURS) slot = (slot + 1) % COLOURS;
    const full = taken.size >= COLOURS;
    if (!full) taken.add(slot);
    looks.set(name, { colour: `var(--series-${slot + 1})`, hatched: full });
  }
  return looks;
}
