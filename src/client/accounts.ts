import type { ApiKey, Caller, Entry, Role, User } from '../accounts/accounts.ts';
import type { Client } from './client.ts';

export interface SignedIn {
  access: string;
  refresh: string;
  user: User;
}

export interface KeyWish {
  name: string;
  role: Role;
  collections: string[] | null;
  days: number | null;
}

/** Accounts of the server behind an API. */
export function accountsClient({ ask }: Pick<Client, 'ask'>, signal: AbortSignal) {
  const get = <T>(path: string, query: Record<string, string | undefined> = {}) =>
    ask<T>({ path, query, signal, repeatable: true });
  const send = <T>(method: 'POST' | 'PATCH', path: string, json: object) =>
    ask<T>({ method, path, json, signal, repeatable: false });

  return {
    me: () => get<Pick<Caller, 'name' | 'role' | 'collections' | 'key'> & { accounts: boolean }>('/api/v1/auth/me'),
    signIn: (name: string, password: string) => send<SignedIn>('POST', '/api/v1/auth/login', { name, password }),
    signOut: (refresh: string) => send<object>('POST', '/api/v1/auth/logout', { refresh }),
    users: async () => (await get<{ users: User[] }>('/api/v1/users')).users,
    addUser: (user: object) => send<User>('POST', '/api/v1/users', user),
    changeUser: (name: string, change: object) => send<User>('PATCH', '/api/v1/users', { name, ...change }),
    keys: async () => (await get<{ keys: ApiKey[] }>('/api/v1/keys')).keys,
    createKey: (wish: KeyWish) => send<{ secret: string; key: ApiKey }>('POST', '/api/v1/keys', wish),
    revokeKey: async (id: string) =>
      (
        await ask<{ revoked: ApiKey }>({
          ...{ method: 'DELETE' as const, path: '/api/v1/keys', query: { id }, signal, repeatable: false },
        })
      ).revoked,
    audit: async (limit: number) =>
      (await get<{ entries: (Entry & { id: number; at: string })[] }>('/api/v1/audit', { limit: String(limit) }))
        .entries,
  };
}
