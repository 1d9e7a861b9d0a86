import { observed, useObserved } from './observed.ts';

/** What is kept of who signed in; a server that one token opens knows none. */
export interface Session {
  /** Good once, for the next token. */
  refresh: string;
  /** When the token ends, ISO time. */
  expires: string;
  name: string;
  role: 'reader' | 'editor' | 'admin';
}

interface Known {
  value: string;
  /** The server did not take it. */
  refused: boolean;
  session?: Session | undefined;
}

const KEY = 'rag-token';
const SESSION = 'rag-session';

/** The token that goes with each request. It is kept for this tab only. */
export const token = observed<Known>(stored());

function stored(): Known {
  try {
    const session = sessionStorage.getItem(SESSION);
    return {
      ...{ value: sessionStorage.getItem(KEY) ?? '', refused: false },
      ...(session === null ? {} : { session: JSON.parse(session) as Session }),
    };
  } catch {
    return { value: '', refused: false };
  }
}

export function keepToken(value: string, session?: Session): void {
  try {
    sessionStorage.setItem(KEY, value);
    if (session) sessionStorage.setItem(SESSION, JSON.stringify(session));
    else sessionStorage.removeItem(SESSION);
  } catch {
    // Storage is switched off: it lasts as long as the page.
  }
  token.set({ value, refused: false, session });
}

/** Takes `#token=…` out of the address, where it would stay in the history and be seen by whoever looks at the screen. */
export function takeToken(): void {
  const given = /^#token=([^&]+)(?:&(.*))?$/.exec(location.hash);
  if (!given) return;
  history.replaceState(null, '', `#${given[2] ?? '/ask'}`);
  keepToken(decodeURIComponent(given[1]!));
}

/** What the user may; the server decides, this is for what need not be shown. */
export const useRole = (): Session['role'] => useObserved(token).session?.role ?? 'admin';
