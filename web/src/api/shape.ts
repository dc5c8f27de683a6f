/** The server's answer is outside data: lists are checked before anything indexes into them. */
import { ApiError } from './problem';
import type { Page } from './types';

export function page<T>(value: unknown): Page<T> {
  if (Array.isArray(value)) return { items: value as T[], next_cursor: null };
  const candidate = value as Partial<Page<T>> | null;
  if (!candidate || !Array.isArray(candidate.items)) throw new ApiError(200, 'nonsense');
  return { items: candidate.items, next_cursor: candidate.next_cursor ?? null };
}

/** Throws unless every named member is there with the type of its sample. */
export function record<T extends object>(
  value: unknown,
  required: Partial<Record<keyof T, 'string' | 'array' | 'number'>>,
): T {
  if (typeof value !== 'object' || value === null) throw new ApiError(200, 'nonsense');
  for (const [name, type] of Object.entries(required)) {
    const member = (value as Record<string, unknown>)[name];
    const fits = type === 'array' ? Array.isArray(member) : typeof member === type;
    if (!fits) throw new ApiError(200, 'nonsense');
  }
  return value as T;
}
