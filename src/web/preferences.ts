import { observed, useObserved } from './observed.ts';
import { en, type Words } from './words.ts';
import { zh } from './words-zh.ts';

export type Lang = 'en' | 'zh';
export type Theme = 'auto' | 'light' | 'dark';

export interface Preferences {
  lang: Lang;
  theme: Theme;
}

const KEY = 'rag-preferences';
const preferences = observed<Preferences>(read());

function read(): Preferences {
  const lang = /^zh\b/i.test(navigator.language) ? 'zh' : 'en';
  try {
    return { lang, theme: 'auto', ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return { lang, theme: 'auto' };
  }
}

export function prefer(chosen: Partial<Preferences>): void {
  const next = { ...preferences.get(), ...chosen };
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Storage is switched off: it lasts as long as the page.
  }
  preferences.set(next);
  showPreferences();
}

/** Where style sheets and screen readers look. */
export function showPreferences(): void {
  const { lang, theme } = preferences.get();
  const root = document.documentElement;
  root.lang = lang === 'zh' ? 'zh-CN' : 'en';
  if (theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme;
}

export const usePreferences = (): Preferences => useObserved(preferences);
export const useWords = (): Words => (usePreferences().lang === 'zh' ? zh : en);
export const languageNow = (): Lang => preferences.get().lang;
