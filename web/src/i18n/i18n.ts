/** Language of the page: the cookie, else the browser's; one catalogue is loaded, the other is not. */
import { createContext, use } from 'react';
import type { Catalogue } from './en';

export type Language = 'ko' | 'en';
export const LANGUAGES: readonly Language[] = ['ko', 'en'];
export const LANGUAGE_NAMES: Record<Language, string> = { ko: '한국어', en: 'English' };

export interface I18n {
  language: Language;
  t: Catalogue;
}

export const I18nContext = createContext<I18n | null>(null);

export function currentLanguage(): Language {
  return document.documentElement.lang === 'ko' ? 'ko' : 'en';
}

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  if (language === 'ko') return (await import('./ko')).ko;
  return (await import('./en')).en;
}

/** Keeps the choice and loads the page anew in it: the URL holds the state, so nothing is lost. */
export function chooseLanguage(language: Language): void {
  document.cookie = `omegi_lang=${language}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
}

export function useI18n(): I18n {
  const i18n = use(I18nContext);
  if (!i18n) throw new Error('I18nContext is missing');
  return i18n;
}

export function useT(): Catalogue {
  return useI18n().t;
}
