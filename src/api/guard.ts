import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../accounts/accounts.ts';
import type { Signing } from '../accounts/signing.ts';
import { RagError } from '../errors.ts';
import type { Limits } from '../limits/limits.ts';

export interface GuardOptions {
  /** The one that opens everything; undefined where users sign in. */
  token: string | undefined;
  signing?: Signing | undefined;
  /** Reads `/metrics` and nothing else. */
  metricsToken?: string | undefined;
  /** Names under which this server is known, without ports; `*` for any. */
  hosts: string[];
  /** Requests a minute of one client. */
  perMinute: number;
  limits: Limits;
}

export interface Asking {
  address: string;
  host: string | undefined;
  origin: string | undefined;
  authorization: string | undefined;
}

/** Wrong tokens a minute after which an address is not heard any more; of accounts, behind which a house full of people may sit. */
const WRONG_TOKENS = 20;
const WRONG_SIGNED = 300;
const MINUTE = 60;

const OWNER: Caller = { user: undefined, name: 'token', role: 'admin', collections: null };

/** Who may ask: by token or account, by the name the server was called by (a page elsewhere may have pointed its own name here), and how often. */
export function guard({ token, signing, metricsToken, hosts, perMinute, limits }: GuardOptions) {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  // Digests are of one length, so the comparison takes one time.
  const same = (given: string, wanted: string) => timingSafeEqual(digest(given), digest(wanted));
  const wrongAMinute = signing === undefined ? WRONG_TOKENS : WRONG_SIGNED;
  const bearerOf = ({ authorization }: Asking) => /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';

  return {
    /** For every request. Throws RagError('forbidden' | 'rate_limited'). */
    async heard({ address, host, origin }: Asking): Promise<void> {
      const name = hostName(host);
      if (!hosts.includes('*') && !hosts.includes(name)) throw new RagError('forbidden', `this server is not ${name}`);
      if (origin !== undefined && (!URL.canParse(origin) || hostName(new URL(origin).host) !== name))
        throw new RagError('forbidden', `a page of ${origin} may not ask this server`);
      if (!(await limits.take(`requests:${address}`, perMinute, MINUTE)))
        throw new RagError('rate_limited', `more than ${perMinute} requests a minute`);
    },
    /** For what is not open to all. Throws RagError('unauthenticated' | 'rate_limited'). */
    async known(asking: Asking): Promise<Caller> {
      const given = bearerOf(asking);
      if (token !== undefined && same(given, token)) return OWNER;
      const caller = given === '' ? undefined : await signing?.callerOf(given);
      if (caller !== undefined) return caller;
      if (!(await limits.take(`wrong:${asking.address}`, wrongAMinute, MINUTE)))
        throw new RagError('rate_limited', 'too many wrong tokens; wait a minute');
      throw signing === undefined
        ? new RagError('unauthenticated', given === '' ? 'no token' : 'wrong token', {
            hint: 'send Authorization: Bearer TOKEN; rag serve prints it',
            zh: given === '' ? '没有令牌' : '令牌错误',
            zhHint: '请发送 Authorization: Bearer TOKEN；rag serve 会打印它',
          })
        : new RagError('unauthenticated', given === '' ? 'not signed in' : 'this token or key is not good (any more)', {
            hint: 'POST /api/v1/auth/login, or an API key: Authorization: Bearer rag_…',
            zhHint: 'POST /api/v1/auth/login，或用 API 密钥：Authorization: Bearer rag_…',
            zh: given === '' ? '未登录' : '令牌或密钥无效',
          });
    },
    /** Whether this is the reader of numbers. */
    readsMetrics: (asking: Asking) => metricsToken !== undefined && same(bearerOf(asking), metricsToken),
  };
}

function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}
