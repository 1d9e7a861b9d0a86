import { observed } from './observed.ts';

const KEY = 'rag-token';

/** The token, and whether the server refused it. It is kept for this tab only. */
export const token = observed<{ value: string; refused: boolean }>({ value: stored(), refused: false });

function stored(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function keepToken(value: string): void {
  try {
    sessionStorage.setItem(KEY, value);
  } catch {
    // Storage is switched off: it lasts as long as the page.
  }
  token.set({ value, refused: false });
}

/** Takes `#token=…` out of the address, where it would stay in the history and be seen by whoever looks at the screen. */
export function takeToken(): void {
  const given = /^#token=([^&]+)(?:&(.*))?$/.exec(location.hash);
  if (!given) return;
  history.replaceState(null, '', `#${given[2] ?? '/ask'}`);
  keepToken(decodeURIComponent(given[1]!));
}
