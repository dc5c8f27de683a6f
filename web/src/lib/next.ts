/** Only an own path is followed after sign-in: no scheme, no host, no backslash trick. */
export function safeNext(next: string | null | undefined): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop them, which would turn a path into a host
  if (!next || !/^\/(?![/\\])/.test(next) || /[\\\u0000-\u001f]/.test(next)) return null;
  try {
    const url = new URL(next, 'http://own.invalid');
    if (url.origin !== 'http://own.invalid') return null;
    return url.pathname.startsWith('/login') ? null : url.pathname + url.search + url.hash;
  } catch {
    return null;
  }
}
