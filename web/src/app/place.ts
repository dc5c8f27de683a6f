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

export function rememberedProject(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function lastProject(session: Session): string | null {
  const kept = rememberedProject();
  const slugs = session.projects.map((project) => project.slug);
  return kept && slugs.includes(kept) ? kept : (slugs[0] ?? null);
}
