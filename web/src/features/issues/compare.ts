/** Two error events side by side: what differs first, what is equal after. */
import type { ErrorDetail } from '../../api/types';

export interface Difference {
  name: string;
  a: string | null;
  b: string | null;
  equal: boolean;
}

/** Rows of facts, then attributes, differing ones first within each. */
export function compareErrors(
  a: ErrorDetail,
  b: ErrorDetail,
): { facts: Difference[]; attributes: Difference[]; path: Difference[] } {
  const facts = (['type', 'message', 'environment', 'release', 'time'] as const).map((name) =>
    row(name, text(a[name]), text(b[name])),
  );
  facts.push(
    row('origin', originOf(a), originOf(b)),
    row('verdict', a.verdict.state, b.verdict.state),
    row('exceptions', chain(a), chain(b)),
  );
  const keys = [...new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)])].sort();
  const attributes = keys.map((key) => row(key, text(a.attributes[key]), text(b.attributes[key])));
  const steps = Math.max(a.path.length, b.path.length);
  const path = Array.from({ length: steps }, (_, index) =>
    row(String(index + 1), step(a, index), step(b, index)),
  );
  return { facts: facts.sort(differingFirst), attributes: attributes.sort(differingFirst), path };
}

function row(name: string, a: string | null, b: string | null): Difference {
  return { name, a, b, equal: a === b };
}

function differingFirst(x: Difference, y: Difference): number {
  return Number(x.equal) - Number(y.equal);
}

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function originOf(error: ErrorDetail): string {
  return [error.origin?.service, error.origin?.operation].filter(Boolean).join(' · ');
}

function chain(error: ErrorDetail): string {
  return error.exceptions.map((exception) => exception.type).join(' ← ');
}

function step(error: ErrorDetail, index: number): string | null {
  const span = error.path[index];
  return span ? `${span.service} · ${span.operation}` : null;
}
