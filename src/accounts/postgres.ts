import { RagError } from '../errors.ts';
import type { Ask, Postgres } from '../postgres/postgres.ts';
import type { Accounts, ApiKey, Entry, User } from './accounts.ts';

type UserRow = Omit<User, 'created'> & { created: Date };
type KeyRow = Omit<ApiKey, 'created' | 'expires'> & { created: Date; expires: Date | null };

const USER = 'u.id, u.name, u.role, u.collections, u.disabled, u.created';
const KEY = 'k.id, k.name, k.role, k.collections, k.created, k.expires, k.revoked IS NOT NULL AS revoked';
const KEYS = `SELECT ${KEY}, u.name AS user FROM api_keys k JOIN users u ON u.id = k.owner`;
const GOING = 's.ended IS NULL AND s.expires > now()';
/** Held by who looks whether there is an admin, to the end of the transaction. */
const ADMINS = 'SELECT pg_advisory_xact_lock(7265004)';

const toUser = ({ id, name, role, collections, disabled, created }: UserRow): User => ({
  ...{ id, name, role, collections, disabled },
  created: created.toISOString(),
});
const toKey = ({ created, expires, ...row }: KeyRow): ApiKey => ({
  ...row,
  created: created.toISOString(),
  expires: expires?.toISOString() ?? null,
});

/** Accounts in the tables of `003-accounts`. */
export function openAccounts({ ask, transaction }: Postgres): Accounts {
  async function insert(own: Ask, values: unknown[], condition = 'true'): Promise<User | undefined> {
    const [row] = await own<UserRow>(
      `INSERT INTO users AS u (name, password, role, collections) SELECT $1, $2, $3, $4::text[] WHERE ${condition}
       ON CONFLICT (name) DO NOTHING RETURNING ${USER}`,
      values,
    );
    return row && toUser(row);
  }

  async function oneOf(where: string, values: unknown[]): Promise<User | undefined> {
    const [row] = await ask<UserRow>(`SELECT ${USER} FROM users u ${where}`, values);
    return row && toUser(row);
  }

  return {
    users: async () => (await ask<UserRow>(`SELECT ${USER} FROM users u ORDER BY u.name`)).map(toUser),
    async credentials(name) {
      const [row] = await ask<UserRow & { password: string }>(
        `SELECT ${USER}, u.password FROM users u WHERE u.name = $1`,
        [name],
      );
      return row && { user: toUser(row), password: row.password };
    },
    addUser: ({ name, password, role, collections }) => insert(ask, [name, password, role, collections]),
    addFirst: ({ name, password, role, collections }) =>
      transaction(async (own) => {
        await own(ADMINS);
        return insert(own, [name, password, role, collections], 'NOT EXISTS (SELECT FROM users)');
      }),
    changeUser: (name, { role, collections, disabled, password }) =>
      transaction(async (own) => {
        await own(ADMINS);
        const [row] = await own<UserRow>(
          `UPDATE users u SET role = coalesce($2, role), disabled = coalesce($3, disabled), password = coalesce($4, password),
             collections = CASE WHEN $5 THEN $6::text[] ELSE collections END WHERE name = $1 RETURNING ${USER}`,
          [name, role ?? null, disabled ?? null, password ?? null, collections !== undefined, collections ?? null],
        );
        if (row === undefined) return undefined;
        const [left] = await own(`SELECT FROM users WHERE role = 'admin' AND NOT disabled LIMIT 1`);
        if (left === undefined)
          throw new RagError('refused', `${name} is the last admin: nobody could let others in any more`, {
            hint: 'make another user an admin first',
            zhHint: '请先把另一位用户设为管理员',
            zh: `${name} 是最后一位管理员`,
          });
        if (disabled || password !== undefined)
          await own('UPDATE sessions SET ended = now() WHERE owner = $1 AND ended IS NULL', [row.id]);
        return toUser(row);
      }),

    async begin(user, token, expires) {
      await ask(`DELETE FROM sessions WHERE expires < now() - interval '1 day'`);
      const [row] = await ask<{ session: string }>(
        `WITH s AS (INSERT INTO sessions (owner, expires) VALUES ($1, $2) RETURNING id)
         INSERT INTO refresh_tokens (hash, session) SELECT $3, id FROM s RETURNING session`,
        [user, expires, token],
      );
      return row!.session;
    },
    rotate: (token, next) =>
      transaction(async (own) => {
        // Two who come with the same token wait here for each other; the second finds it used.
        const [row] = await own<UserRow & { session: string; used: Date | null }>(
          `SELECT ${USER}, s.id AS session, t.used FROM refresh_tokens t JOIN sessions s ON s.id = t.session
             JOIN users u ON u.id = s.owner WHERE t.hash = $1 AND ${GOING} AND NOT u.disabled FOR UPDATE OF t`,
          [token],
        );
        if (row === undefined) return 'unknown';
        if (row.used !== null) {
          await own('UPDATE sessions SET ended = now() WHERE id = $1', [row.session]);
          return { reused: toUser(row) };
        }
        await own('UPDATE refresh_tokens SET used = now() WHERE hash = $1', [token]);
        await own('INSERT INTO refresh_tokens (hash, session) VALUES ($1, $2)', [next, row.session]);
        return { session: row.session, user: toUser(row) };
      }),
    async end(token) {
      const [row] = await ask<UserRow>(
        `UPDATE sessions s SET ended = now() FROM refresh_tokens t, users u
         WHERE t.hash = $1 AND s.id = t.session AND s.ended IS NULL AND u.id = s.owner RETURNING ${USER}`,
        [token],
      );
      return row && toUser(row);
    },
    inSession: (session) =>
      oneOf(`JOIN sessions s ON s.owner = u.id WHERE s.id = $1 AND ${GOING} AND NOT u.disabled`, [session]),

    async addKey({ owner, name, hash, role, collections, expires }) {
      const [row] = await ask<KeyRow>(
        `INSERT INTO api_keys AS k (owner, name, hash, role, collections, expires) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING ${KEY}, (SELECT name FROM users WHERE id = $1) AS user`,
        [owner, name, hash, role, collections, expires],
      );
      return toKey(row!);
    },
    async keys(owner) {
      const rows = await ask<KeyRow>(`${KEYS} WHERE $1::uuid IS NULL OR k.owner = $1 ORDER BY k.created`, [
        owner ?? null,
      ]);
      return rows.map(toKey);
    },
    async revokeKey(id, owner) {
      const [row] = await ask<KeyRow>(
        `UPDATE api_keys k SET revoked = coalesce(revoked, now()) FROM users u
         WHERE k.id::text = $1 AND u.id = k.owner AND ($2::uuid IS NULL OR k.owner = $2) RETURNING ${KEY}, u.name AS user`,
        [id, owner ?? null],
      );
      return row && toKey(row);
    },
    async withKey(hash) {
      const [row] = await ask<KeyRow & { owner: string }>(
        `SELECT ${KEY}, u.name AS user, k.owner FROM api_keys k JOIN users u ON u.id = k.owner WHERE k.hash = $1 AND k.revoked IS NULL
           AND (k.expires IS NULL OR k.expires > now()) AND NOT u.disabled`,
        [hash],
      );
      if (row === undefined) return undefined;
      const { owner: id, ...key } = row;
      const owner = await oneOf('WHERE u.id = $1', [id]);
      return owner && { key: toKey(key), owner };
    },

    async record({ who, action, target, address, result }) {
      await ask('INSERT INTO audit (who, action, target, address, result) VALUES ($1, $2, $3, $4, $5)', [
        ...[who, action, target, address, result],
      ]);
    },
    async audit({ before, limit }) {
      const rows = await ask<Entry & { id: number; at: Date }>(
        'SELECT id, at, who, action, target, address, result FROM audit WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2',
        [before ?? null, limit],
      );
      return rows.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
    },
  };
}
