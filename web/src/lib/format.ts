/** Numbers and names as people read them. */

export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `12.4k`: for badges; the exact number stands in the label. */
export function compact(count: number, language: string): string {
  if (!Number.isFinite(count)) return '–';
  return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** `java.lang.NullPointerException` → `NullPointerException`; a path or a status stays as it is. */
export function shortType(type: string): string {
  const match = /^[\w$]+(?:[.:]{1,2}[\w$]+)*[.:]([\w$]+)$/.exec(type);
  return match?.[1] ?? (type || '–');
}

/** Bidirectional marks in names of outside origin would reorder the page around them. */
export function inert(text: string, max = 4096): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  const clean = text.replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u0000-\u0008\u000b-\u001f]/g, '\ufffd');
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}

/** FNV-1a: the same name has the same colour in every session. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}
