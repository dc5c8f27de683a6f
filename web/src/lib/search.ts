/** Search params are flat text both ways: a link reads as it was written, and an id of digits stays text. */
import * as v from 'valibot';

const TEXT_MAX = 4_000;
const entry = v.fallback(v.optional(v.pipe(v.string(), v.maxLength(TEXT_MAX))), undefined);

type Texts<K extends string> = { [P in K]?: string | undefined };

/** A schema of optional texts; unknown keys are dropped, what is too long counts as absent. */
export function texts<K extends string>(...names: K[]): (search: Record<string, unknown>) => Texts<K> {
  const schema = v.object(Object.fromEntries(names.map((name) => [name, entry])));
  return (search) => {
    const parsed = v.parse(schema, search) as Record<string, string | undefined>;
    return Object.fromEntries(
      Object.entries(parsed).filter(([, value]) => value !== undefined && value !== ''),
    ) as Texts<K>;
  };
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
