/** What one person prefers on this machine: cookies for what must be known before first paint, storage for the rest. */

export type Theme = 'light' | 'dark' | 'system';
export type Density = 'comfortable' | 'compact';

export function theme(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function setTheme(next: Theme): void {
  const root = document.documentElement;
  if (next === 'system') delete root.dataset.theme;
  else root.dataset.theme = next;
  document.cookie = `omegi_theme=${next}; path=/; max-age=31536000; samesite=lax`;
  window.dispatchEvent(new Event('omegi-theme'));
}

/** The theme in effect, for canvases that must resolve colours themselves. */
export function isDark(): boolean {
  const chosen = theme();
  return chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}

export function stored(key: string): string | null {
  try {
    return localStorage.getItem(`omegi_${key}`);
  } catch {
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(`omegi_${key}`, value);
  } catch {
    // Storage may be denied; the choice then lasts as long as the page.
  }
}

export function applyStored(): void {
  const root = document.documentElement;
  root.dataset.density = stored('density') === 'compact' ? 'compact' : 'comfortable';
  root.dataset.singleKeys = stored('single_keys') === 'off' ? 'off' : 'on';
}
