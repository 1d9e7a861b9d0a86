import { userInfo } from 'node:os';
import type { ApiKey, Entry, Role, User } from '../accounts/accounts.ts';
import { RagError } from '../errors.ts';
import type { Invocation } from './app.ts';

export interface KeyWish {
  name: string;
  role: Role;
  collections: string[] | null;
  days: number | null;
}

/** What the verbs for accounts need, over HTTP or in the database itself. */
export interface AccountsDoor {
  users(): Promise<User[]>;
  addUser(user: { name: string; password: string; role: Role; collections: string[] | null }): Promise<User>;
  changeUser(
    name: string,
    change: Partial<Pick<User, 'role' | 'collections' | 'disabled'>> & { password?: string },
  ): Promise<User>;
  keys(): Promise<ApiKey[]>;
  /** `password` is asked for only where it is needed. */
  createKey(owner: string, wish: KeyWish, password: () => Promise<string>): Promise<{ secret: string; key: ApiKey }>;
  revokeKey(id: string): Promise<ApiKey>;
  audit(limit: number): Promise<(Entry & { id: number; at: string })[]>;
}

/**
 * The API of the stack home; with RAG_STORE=server the database, for an admin who is locked out: whoever may read its password needs no
 * other. Throws RagError('usage') for a home in a folder.
 */
export async function accountsDoor(run: Invocation): Promise<AccountsDoor> {
  const client = await run.client();
  if (client) return overHttp(run, client);
  return inDatabase(run);
}

async function overHttp(run: Invocation, client: NonNullable<Awaited<ReturnType<Invocation['client']>>>) {
  const { accountsClient } = await import('../client/accounts.ts');
  const own = accountsClient(client, run.io.signal);
  return {
    ...own,
    async createKey(owner: string, wish: KeyWish, password: () => Promise<string>) {
      const { signedIn } = await import('./signing.ts');
      return signedIn(run, client.url, owner, await password(), (accounts) => accounts.createKey(wish));
    },
  };
}

async function inDatabase(run: Invocation): Promise<AccountsDoor> {
  const deps = await (await (await run.context()).access()).managing();
  const { accounts } = deps;
  const { addUser, changeUser, createKey, noUser } = await import('../accounts/managing.ts');
  const who = `${userInfo().username} (on the server)`;
  async function done<T>(action: string, target: string, work: Promise<T>): Promise<T> {
    const result = await work;
    await accounts.record({ who, action, target, address: '', result: 'ok' });
    return result;
  }
  return {
    users: () => accounts.users(),
    addUser: (user) => done('user.add', user.name, addUser(deps, user)),
    changeUser: (name, change) =>
      done('user.change', `${name}: ${Object.keys(change).join(', ')}`, changeUser(deps, name, change)),
    keys: () => accounts.keys(),
    async createKey(name, wish) {
      const owner = (await accounts.credentials(name))?.user;
      if (owner === undefined) throw noUser(name);
      return done('key.create', wish.name, createKey(deps, { ...owner, user: owner.id }, wish));
    },
    async revokeKey(id) {
      const revoked = await accounts.revokeKey(id);
      if (revoked === undefined) throw new RagError('not_found', `no key ${id}`, { hint: 'rag key list' });
      return done('key.revoke', `${revoked.name} of ${revoked.user}`, Promise.resolve(revoked));
    },
    audit: (limit) => accounts.audit({ limit }),
  };
}
