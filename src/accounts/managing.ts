import { RagError } from '../errors.ts';
import { type Accounts, type ApiKey, type Caller, type Role, reaches, type User, type UserChange } from './accounts.ts';
import type { Passwords } from './passwords.ts';
import { newApiKey } from './secrets.ts';

export interface ManagingDeps {
  accounts: Accounts;
  passwords: Passwords;
  digest(secret: string): Buffer;
}

const MIN_PASSWORD = 12;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;
/** Of one user, those not revoked. */
const MOST_KEYS = 100;
const DAY_MS = 86_400_000;

/** Throws RagError('usage') for a name or password that cannot be, RagError('refused') for a name that is taken. */
export async function addUser(
  { accounts, passwords }: ManagingDeps,
  { name, password, role, collections }: Pick<User, 'name' | 'role' | 'collections'> & { password: string },
): Promise<User> {
  if (!NAME.test(name))
    throw new RagError(
      'usage',
      `${JSON.stringify(name)} cannot be a user's name: letters, digits, and . _ @ - inside`,
      {
        zh: `${JSON.stringify(name)} 不能用作用户名`,
      },
    );
  fits(role, collections);
  longEnough(password);
  const user = await accounts.addUser({ name, role, collections, password: await passwords.hash(password) });
  if (user === undefined)
    throw new RagError('refused', `there is a user ${name} already`, {
      hint: `rag user list; rag user passwd ${name}`,
      zh: `用户 ${name} 已存在`,
    });
  return user;
}

/**
 * The first user, an admin, where there is none yet; resolves to undefined where there is one. Safe for several processes at once.
 * Throws RagError('usage') for a password that is too short.
 */
export async function ensureAdmin(
  { accounts, passwords }: Pick<ManagingDeps, 'accounts' | 'passwords'>,
  { name, password }: { name: string; password: string },
): Promise<User | undefined> {
  if ((await accounts.users()).length > 0) return undefined;
  longEnough(password);
  const hash = await passwords.hash(password);
  const user = await accounts.addFirst({ name, password: hash, role: 'admin', collections: null });
  if (user !== undefined)
    await accounts.record({ who: 'rag', action: 'user.add', target: name, address: '', result: 'ok' });
  return user;
}

/** Throws RagError('not_found') for an unknown name, RagError('refused') if no admin would be left. */
export async function changeUser(
  { accounts, passwords }: ManagingDeps,
  name: string,
  { password, ...change }: UserChange,
): Promise<User> {
  const before = (await accounts.credentials(name))?.user;
  if (before === undefined) throw noUser(name);
  fits(change.role ?? before.role, change.collections === undefined ? before.collections : change.collections);
  if (password !== undefined) longEnough(password);
  const hash = password === undefined ? {} : { password: await passwords.hash(password) };
  const user = await accounts.changeUser(name, { ...change, ...hash });
  if (user === undefined) throw noUser(name);
  return user;
}

export interface KeyWish {
  name: string;
  role: Role;
  /** Undefined: what its owner may see. */
  collections: string[] | null;
  /** Null: it does not expire. */
  days: number | null;
}

/** A key for the caller, shown this once. Throws RagError('forbidden') for more than the caller may do. */
export async function createKey(
  { accounts, digest }: ManagingDeps,
  owner: Pick<Caller, 'role' | 'collections'> & { user: string },
  { name, role, collections, days }: KeyWish,
): Promise<{ secret: string; key: ApiKey }> {
  if (!reaches(owner.role, role))
    throw new RagError('forbidden', `a key of yours may be for ${owner.role} at most, not ${role}`, {
      zh: `您的密钥权限不能高于 ${owner.role}`,
    });
  const mine = owner.collections;
  const beyond = mine === null ? [] : (collections ?? []).filter((one) => !mine.includes(one));
  if (beyond.length > 0) throw new RagError('forbidden', `you may not give access to ${beyond.join(', ')}`);
  fits(role, collections);
  const live = (await accounts.keys(owner.user)).filter(({ revoked }) => !revoked);
  if (live.length >= MOST_KEYS)
    throw new RagError('refused', `you have ${live.length} keys already`, { hint: 'rag key list; rag key revoke ID' });
  const secret = newApiKey();
  const expires = days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString();
  const key = await accounts.addKey({ owner: owner.user, name, role, collections, expires, hash: digest(secret) });
  return { secret, key };
}

/** An admin could take any limit away again: one that is limited would only look safe. */
function fits(role: Role, collections: string[] | null): void {
  if (role === 'admin' && collections !== null)
    throw new RagError('usage', 'an admin sees all collections', {
      hint: 'make it an editor or a reader, or leave the collections out',
      zhHint: '请设为 editor 或 reader，或不限定集合',
      zh: '管理员可以查看所有集合',
    });
}

function longEnough(password: string): void {
  if (password.length < MIN_PASSWORD)
    throw new RagError('usage', `a password has at least ${MIN_PASSWORD} characters`, {
      zh: `密码至少 ${MIN_PASSWORD} 个字符`,
    });
}

export function noUser(name: string): RagError {
  return new RagError('not_found', `there is no user ${name}`, { hint: 'rag user list', zh: `没有用户 ${name}` });
}
