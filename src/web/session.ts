import type { Signed } from './api-types.ts';
import { keepToken, token } from './token.ts';

/** Before its end, a token is exchanged: a request may take a while. */
const BEFORE_MS = 30_000;

export function keepSession({ access, refresh, expires, user }: Signed): void {
  keepToken(access, { refresh, expires, name: user.name, role: user.role });
}

let renewing: Promise<void> | undefined;

/** For the next request: a token that ends soon is exchanged first, once for all who ask meanwhile. */
export async function fresh(): Promise<void> {
  const { session } = token.get();
  if (session === undefined || Date.parse(session.expires) - Date.now() > BEFORE_MS) return;
  renewing ??= renew(session.refresh).finally(() => {
    renewing = undefined;
  });
  await renewing;
}

async function renew(refresh: string): Promise<void> {
  const body = JSON.stringify({ refresh });
  // Without an answer the old one stays: the request that waits for this says that the server is away.
  const answer = await fetch('/api/v1/auth/refresh', { method: 'POST', body }).catch(() => undefined);
  if (answer?.ok) keepSession((await answer.json()) as Signed);
  else if (answer?.status === 401) token.set({ ...token.get(), session: undefined, refused: true });
}
