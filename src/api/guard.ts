import { createHash, timingSafeEqual } from 'node:crypto';
import { RagError } from '../errors.ts';

export interface GuardOptions {
  /** Undefined: whoever reaches the port may ask. */
  token: string | undefined;
  /** Names under which this server is known, without ports; `*` for any. */
  hosts: string[];
  /** Requests a minute of one client. */
  perMinute: number;
}

export interface Asking {
  address: string;
  host: string | undefined;
  origin: string | undefined;
  authorization: string | undefined;
}

/** Wrong tokens a minute after which an address is not heard any more. */
const WRONG_TOKENS = 20;

/** Who may ask: the token, the name the server was called by (a page elsewhere may have pointed its own name here), and how often. */
export function guard({ token, hosts, perMinute }: GuardOptions) {
  const requests = perMinuteCounter(perMinute);
  const failures = perMinuteCounter(WRONG_TOKENS);
  const digest = (text: string) => createHash('sha256').update(text).digest();

  return {
    /** For every request. Throws RagError('forbidden' | 'rate_limited'). */
    heard({ address, host, origin }: Asking): void {
      const name = hostName(host);
      if (!hosts.includes('*') && !hosts.includes(name)) throw new RagError('forbidden', `this server is not ${name}`);
      if (origin !== undefined && origin !== 'null' && hostName(new URL(origin).host) !== name)
        throw new RagError('forbidden', `a page of ${origin} may not ask this server`);
      if (origin === 'null') throw new RagError('forbidden', 'a page without an origin may not ask this server');
      if (!requests.take(address)) throw new RagError('rate_limited', `more than ${perMinute} requests a minute`);
    },
    /** For what is not open to all. Throws RagError('unauthenticated' | 'rate_limited'). */
    known({ address, authorization }: Asking): void {
      if (token === undefined) return;
      const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
      // Digests are of one length, so the comparison takes one time.
      if (timingSafeEqual(digest(given), digest(token))) return;
      if (!failures.take(address)) throw new RagError('rate_limited', 'too many wrong tokens; wait a minute');
      throw new RagError('unauthenticated', given === '' ? 'no token' : 'wrong token', {
        hint: 'send Authorization: Bearer TOKEN; rag serve prints it',
      });
    },
  };
}

function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}

/** Fixed windows: enough to stop a runaway, and nothing to keep. */
function perMinuteCounter(limit: number) {
  let window = 0;
  let counts = new Map<string, number>();
  return {
    take(key: string): boolean {
      const now = Math.floor(Date.now() / 60_000);
      if (now !== window) {
        window = now;
        counts = new Map();
      }
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count <= limit;
    },
  };
}
