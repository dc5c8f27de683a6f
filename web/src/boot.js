// Sets theme and language before the first paint. Runs as a blocking file because the policy allows no inline script.
(() => {
  const root = document.documentElement;
  const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1];
  const theme = cookie('omegi_theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  const wanted = cookie('omegi_lang') ?? (navigator.languages ?? []).find((tag) => /^(ko|en)\b/.test(tag));
  root.lang = wanted?.startsWith('ko') ? 'ko' : 'en';
})();
