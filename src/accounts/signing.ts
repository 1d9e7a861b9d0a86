import { RagError } from '../errors.ts';
import type { Limits } from '../limits/limits.ts';
import type { Accounts, Caller, User } from './accounts.ts';
import type { Passwords } from './passwords.ts';
import { KEY_PREFIX, newSecret } from './secrets.ts';
import type { Tokens } from './tokens.ts';

export interface SigningDeps {
  accounts: Accounts;
  passwords: Passwords;
  tokens: Tokens;
  limits: Limits;
  /** What is stored of a secret. */
  digest(secret: string): Buffer;
}

/** What a client gets for a name and a password, or for the refresh token of the last one. */
export interface Signed {
  access: string;
  /** ISO time. */
  expires: string;
  refresh: string;
  user: User;
}

export interface SignIn {
  name: string;
  password: string;
  /** From which it is tried. */
  address: string;
}

const SESSION_DAYS = 30;
const DAY_MS = 86_400_000;
/**
 * Tries in a quarter of an hour: of a name from an address, of a name from anywhere (more, or anyone could lock anyone out), of an
 * address.
 */
const WINDOW_SECONDS = 900;
const TRIES_BOTH = 10;
const TRIES_A_NAME = 100;
const TRIES_AN_ADDRESS = 50;
/** For which what was looked up of a token or key counts: so long is a disabled user still heard. */
const KNOWN_MS = 2000;
const MOST_KNOWN = 10_000;

/** Who asks, and how they come to be known. */
export function openSigning({ accounts, passwords, tokens, limits, digest }: SigningDeps) {
  const known = new Map<string, { until: number; caller: Promise<Caller | undefined> }>();

  async function signed(session: string, user: User, refresh: string): Promise<Signed> {
    const { token, expires } = await tokens.sign({ user: user.id, session });
    return { access: token, expires, refresh, user };
  }

  async function lookUp(bearer: string): Promise<Caller | undefined> {
    if (bearer.startsWith(KEY_PREFIX)) {
      const found = await accounts.withKey(digest(bearer));
      if (found === undefined) return undefined;
      const { key, owner } = found;
      return {
        ...{ user: owner.id, name: owner.name, key: key.name, role: lesser(key.role, owner.role) },
        collections: common(key.collections, owner.collections),
      };
    }
    const claims = await tokens.verify(bearer);
    if (claims === undefined) return undefined;
    const user = await accounts.inSession(claims.session);
    if (user === undefined || user.id !== claims.user) return undefined;
    const { id, name, role, collections } = user;
    return { user: id, name, role, collections, session: claims.session };
  }

  /**
   * Whose name and password these are. Throws RagError('unauthenticated') in the same words, after the same time, for an unknown name,
   * a wrong password and a disabled user; RagError('rate_limited') after too many tries.
   */
  async function confirm({ name, password, address }: SignIn): Promise<User> {
    const take = (key: string, most: number) => limits.take(`signin:${key}`, most, WINDOW_SECONDS);
    const within =
      (await take(`from:${address}`, TRIES_AN_ADDRESS)) &&
      (await take(`both:${address}:${name}`, TRIES_BOTH)) &&
      (await take(`name:${name}`, TRIES_A_NAME));
    if (!within)
      throw new RagError('rate_limited', 'too many tries; wait a quarter of an hour', {
        zh: '尝试次数过多，请稍后再试',
      });
    const found = await accounts.credentials(name);
    const right = await passwords.verify(password, found?.password);
    if (right && found !== undefined && !found.user.disabled) return found.user;
    throw new RagError('unauthenticated', 'wrong name or password', {
      hint: 'an admin sets a new one: rag user passwd NAME',
      zhHint: '由管理员设置新密码：rag user passwd NAME',
      zh: '用户名或密码错误',
    });
  }

  return {
    confirm,

    async signIn(given: SignIn): Promise<Signed> {
      const user = await confirm(given);
      const refresh = newSecret();
      const expires = new Date(Date.now() + SESSION_DAYS * DAY_MS);
      return signed(await accounts.begin(user.id, digest(refresh), expires), user, refresh);
    },

    /** Throws RagError('unauthenticated'). `stolen` is told whose session it was if the token had been used before. */
    async renew(refresh: string, stolen: (user: User) => Promise<void>): Promise<Signed> {
      const next = newSecret();
      const rotated = await accounts.rotate(digest(refresh), digest(next));
      if (rotated !== 'unknown' && 'session' in rotated) return signed(rotated.session, rotated.user, next);
      if (rotated !== 'unknown') {
        known.clear();
        await stolen(rotated.reused);
      }
      throw new RagError('unauthenticated', 'this session is over; sign in again', { zh: '会话已结束，请重新登录' });
    },

    async signOut(refresh: string): Promise<User | undefined> {
      known.clear();
      return accounts.end(digest(refresh));
    },

    /** Whose access token or API key it is; undefined for what is not good (any more). */
    async callerOf(bearer: string): Promise<Caller | undefined> {
      const id = digest(bearer).toString('base64');
      const now = Date.now();
      const kept = known.get(id);
      if (kept !== undefined && kept.until > now) return kept.caller;
      if (known.size >= MOST_KNOWN) known.clear();
      const caller = lookUp(bearer);
      known.set(id, { until: now + KNOWN_MS, caller });
      caller.then(
        (found) => found === undefined && known.delete(id),
        () => known.delete(id),
      );
      return caller;
    },

    /** After a change by this process nothing of what was looked up before counts. */
    forget: () => known.clear(),
    jwks: tokens.jwks,
  };
}

export type Signing = ReturnType<typeof openSigning>;

const lesser = (a: Caller['role'], b: Caller['role']): Caller['role'] =>
  [a, b].includes('reader') ? 'reader' : [a, b].includes('editor') ? 'editor' : 'admin';

function common(a: string[] | null, b: string[] | null): string[] | null {
  if (a === null) return b;
  return b === null ? a : a.filter((one) => b.includes(one));
}
