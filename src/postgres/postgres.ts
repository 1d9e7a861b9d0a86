import { Kysely, type Migration, type MigrationProvider, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import { breaker } from '../breaker.ts';
import { RagError } from '../errors.ts';
import { isDown, translate } from './faults.ts';

/** One row a record. */
export type Rows = Record<string, unknown>[];

/** Asks the database; values are bound, never pasted. */
export type Ask = <T = Record<string, unknown>>(sql: string, values?: unknown[]) => Promise<T[]>;

export interface Postgres {
  ask: Ask;
  /** In one transaction, which a failure rolls back. Tried again where PostgreSQL says that this may help. */
  transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  /** While no other process works under this name; waits its turn. The connection is kept for as long. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** One moment, until `release`. */
  snapshot(): Promise<{ ask: Ask; release(): Promise<void> }>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** postgresql://user:password@host:port/database */
  url: string;
  /** Connections at most. */
  connections: number;
}

const CONNECT_MS = 10_000;
const STATEMENT_MS = 60_000;
const TRIES = 5;

/** int8 as a number: keys and sizes stay far below 2^53. */
const NUMBERS = { [pg.types.builtins.INT8]: Number };
const types = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    NUMBERS[id] ?? pg.types.getTypeParser(id, format as 'text')) as typeof pg.types.getTypeParser,
};

export function openPostgres({ url, connections }: PostgresOptions): Postgres {
  const pool = poolOf(url, connections);
  // Who holds a lock asks other things meanwhile: out of one pool they would wait for each other.
  const locks = poolOf(url, connections);
  const what = `PostgreSQL at ${hostOf(url)}`;
  const guarded = breaker(what, { isDown });
  const asker = (client: Pick<pg.Pool, 'query'>): Ask =>
    async function ask<T>(sql: string, values: unknown[] = []) {
      return guarded(async () => {
        try {
          return (await client.query(sql, values)).rows as T[];
        } catch (error) {
          throw translate(error, what);
        }
      });
    };

  async function connect(from = pool): Promise<pg.PoolClient> {
    return guarded(async () => {
      try {
        return await from.connect();
      } catch (error) {
        throw translate(error, what);
      }
    });
  }

  async function once<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const client = await connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(asker(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      throw translate(error, what);
    } finally {
      client.release(broken);
    }
  }

  return {
    ask: asker(pool),
    async transaction(work) {
      for (let i = 1; ; i++) {
        try {
          return await once(work);
        } catch (error) {
          if (i === TRIES || !isConflict(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** i * Math.random()));
        }
      }
    },
    async exclusively(name, work) {
      const client = await connect(locks);
      let broken: Error | undefined;
      try {
        await client.query('SET statement_timeout = 0');
        await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
        return await work();
      } catch (error) {
        throw translate(error, what);
      } finally {
        // A connection that is given up gives its locks up, too.
        await client
          .query(`SELECT pg_advisory_unlock_all()`)
          .then(() => client.query(`SET statement_timeout = ${STATEMENT_MS}`))
          .catch((failure: Error) => {
            broken = failure;
          });
        client.release(broken);
      }
    },
    async snapshot() {
      const client = await connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // The moment is that of the first question.
      await client.query('SELECT 1');
      return {
        ask: inTurn(asker(client)),
        async release() {
          const failed = await client.query('ROLLBACK').then(
            () => undefined,
            (error: Error) => error,
          );
          client.release(failed);
        },
      };
    },
    async close() {
      await Promise.all([pool.end(), locks.end()]);
    },
  };
}

/** Two transactions met: nothing is lost by trying again. */
function isConflict(error: unknown): boolean {
  const cause = error instanceof RagError ? (error.cause as { code?: unknown } | undefined) : undefined;
  return /^40/.test(String(cause?.code ?? ''));
}

function poolOf(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    ...{ connectionString: url, max, types, connectionTimeoutMillis: CONNECT_MS, statement_timeout: STATEMENT_MS },
    application_name: 'rag',
  });
  // A connection that breaks while nobody uses it is replaced at the next question.
  pool.on('error', () => {});
  // One that breaks while somebody holds it makes the next question fail; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

const hostOf = (url: string) => new URL(url).host || 'localhost';

export type Migrations = Record<string, Migration>;

/**
 * Brings the schema up to these steps, in the order of their names. Safe to call from several processes at once; resolves to the steps
 * it took.
 */
export async function migratePostgres(url: string, migrations: Migrations): Promise<string[]> {
  return migrating(url, migrations, async (migrator) => {
    // Kysely takes an advisory lock of PostgreSQL's around the steps, and runs them in one transaction.
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return (results ?? []).map(({ migrationName }) => migrationName);
  });
}

/** The steps that `migratePostgres` would take. */
export async function pendingMigrations(url: string, migrations: Migrations): Promise<string[]> {
  return migrating(url, migrations, async (migrator) =>
    (await migrator.getMigrations()).filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name),
  );
}

async function migrating<T>(url: string, migrations: Migrations, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: poolOf(url, 2) }) });
  const provider: MigrationProvider = { getMigrations: async () => migrations };
  try {
    return await work(new Migrator({ db, provider }));
  } catch (error) {
    throw translate(error, `PostgreSQL at ${hostOf(url)}`);
  } finally {
    await db.destroy();
  }
}

/** One question after the other: all that a single connection can do. */
function inTurn(ask: Ask): Ask {
  let turn: Promise<unknown> = Promise.resolve();
  return <T>(sql: string, values?: unknown[]) => {
    const own = turn.then(() => ask<T>(sql, values));
    turn = own.catch(() => {});
    return own;
  };
}
