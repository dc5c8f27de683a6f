/** The project one was in last: pages outside projects (notes) keep it in the rail. */
import type { Session } from '../api/types';

const KEY = 'omegi_project';

export function rememberProject(slug: string): void {
  try {
    localStorage.setItem(KEY, slug);
  } catch {
    // Without storage the first project is taken.
  }
}

export function lastProject(session: Session): string | null {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    kept = null;
  }
  const slugs = session.projects.map((project) => project.slug);
  return kept && slugs.includes(kept) ? kept : (slugs[0] ?? null);
}
