/** Moments and durations of telemetry: RFC 3339 with nanoseconds, never rounded through a float on the way. */

declare const brand: unique symbol;
/** Nanoseconds since 1970 UTC. */
export type Nanos = bigint & { readonly [brand]: 'Nanos' };

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

export function parseNanos(text: string): Nanos | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const seconds = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(seconds)) return null;
  return (BigInt(seconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0') || '0')) as Nanos;
}

export function nanosOf(text: string | null | undefined): Nanos | null {
  return text && /^-?\d{1,20}$/.test(text) ? (BigInt(text) as Nanos) : null;
}

export function millisOf(text: string | null | undefined): number | null {
  const nanos = text ? parseNanos(text) : null;
  return nanos === null ? null : Number(nanos / 1_000_000n);
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `3 min. ago`; what is younger than five seconds or lies ahead by less is `justNow`. */
export function relative(millis: number, now: number, language: string, justNow: string): string {
  const seconds = Math.round((millis - now) / 1000);
  if (Math.abs(seconds) < 5) return justNow;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const format = new Intl.RelativeTimeFormat(language, {
    numeric: 'always',
    style: language === 'ko' ? 'long' : 'short',
  });
  return format.format(Math.trunc(seconds / size), unit);
}

export function absolute(millis: number, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  }).format(millis);
}

export function clock(millis: number, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    millis,
  );
}

const STEPS: [number, string, number][] = [
  [86_400e9, 'd', 1],
  [3_600e9, 'h', 1],
  [60e9, 'min', 1],
  [1e9, 's', 2],
  [1e6, 'ms', 1],
  [1e3, 'µs', 0],
];

/** `12.3 ms`; input in nanoseconds, negative is shown as 0. */
export function duration(nanos: number): string {
  if (!Number.isFinite(nanos) || nanos <= 0) return '0 ms';
  for (const [size, unit, digits] of STEPS) {
    if (nanos >= size)
      return `${trimZeros((nanos / size).toFixed(nanos / size >= 100 ? 0 : digits))} ${unit}`;
  }
  return `${Math.round(nanos)} ns`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
