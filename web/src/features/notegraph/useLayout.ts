/** Where the nodes stand: remembered from last time, arranged in a worker where new, moved by hand. */
import { useCallback, useEffect, useState } from 'react';
import type { NotesGraph } from '../../api/types';
import { store, stored } from '../../lib/preferences';
import type { LayoutAnswer, LayoutRequest } from '../../workers/layout';
import type { GraphModel } from './graph';

const KEY = 'note_places';

export function useLayout(model: GraphModel, data: NotesGraph) {
  const [places, setPlaces] = useState<Float32Array>(() => new Float32Array(0));
  const [settled, setSettled] = useState(false);
  // The arrangement follows which nodes and links there are, not their titles or states.
  const structure = `${model.nodes.map((node) => node.id).join('\n')}\n${model.links.join(',')}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const known = readPlaces();
    const begin = new Float32Array(model.nodes.length * 2);
    data.nodes.forEach((node, index) => {
      const [x, y] =
        known[node.id] ??
        (node.x !== undefined && node.y !== undefined ? [node.x, node.y] : [Number.NaN, Number.NaN]);
      begin[index * 2] = x;
      begin[index * 2 + 1] = y;
    });
    setSettled(false);
    const worker = new Worker(new URL('../../workers/layout.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data: answer }: MessageEvent<LayoutAnswer>) => {
      setPlaces(answer.places);
      if (!answer.done) return;
      setSettled(true);
      keep(model, answer.places);
      worker.terminate();
    };
    worker.postMessage({ places: begin, links: model.links } satisfies LayoutRequest);
    return () => worker.terminate();
  }, [structure]);
  const move = useCallback(
    (index: number, x: number, y: number) => {
      setPlaces((old) => {
        const next = Float32Array.from(old);
        next[index * 2] = x;
        next[index * 2 + 1] = y;
        keep(model, next);
        return next;
      });
    },
    [model],
  );
  return { places, settled, move };
}

function keep(model: GraphModel, places: Float32Array): void {
  const all: Record<string, [number, number]> = {};
  model.nodes.forEach((node, index) => {
    all[node.id] = [Math.round(places[index * 2] ?? 0), Math.round(places[index * 2 + 1] ?? 0)];
  });
  store(KEY, JSON.stringify(all));
}

function readPlaces(): Record<string, [number, number]> {
  try {
    const value: unknown = JSON.parse(stored(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, [number, number]>) : {};
  } catch {
    return {};
  }
}
