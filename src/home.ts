import { join } from 'node:path';
import type { Accounts } from './accounts/accounts.ts';
import { RagError } from './errors.ts';
import type { Values } from './settings.ts';
import type { Store, StoreReader } from './store/store.ts';

export interface Writer {
  store: Store;
  release(): Promise<void>;
}

/** Where documents, passages and vectors are: drivers of the store, opened at first use. With context.ts the only file that names drivers. */
export interface Home {
  /** One state of the home. The caller closes it. */
  reader(): Promise<StoreReader>;
  /** The newest state, for one request of a process that stays. */
  latest(): Promise<{ store: StoreReader; release(): void }>;
  /** Throws RagError('locked') where there is one writer and it is another. */
  writer(waitSeconds: number, options: { repair: boolean }): Promise<Writer>;
  /** Throws RagError('usage') for a folder, which has none. */
  accounts(): Promise<Accounts>;
  /** Whose vectors it holds. */
  model(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface HomeOptions {
  /** The folder that holds `.rag/`. */
  root: string;
  values: Values;
  verb: string;
  note(message: string): void;
  signal: AbortSignal;
  /** The built thread of the store's large merges. */
  mergeWorker: URL;
  /** One question and the end: the reader does without SQLite where it can. */
  light: boolean;
}

export function openHome(options: HomeOptions): Home {
  return options.values.STORE === 'server' ? serverHome(options.values) : localHome(options);
}

function localHome({ root, verb, note, signal, light, mergeWorker }: HomeOptions): Home {
  const dir = join(root, '.rag');
  let newest: Promise<import('./store/latest.ts').Latest> | undefined;

  async function openNewest() {
    const { latest } = await import('./store/latest.ts');
    const { openReader, stateOf } = await import('./store/sqlite/sqlite.ts');
    return latest(
      () => openReader(dir),
      () => stateOf(dir),
    );
  }

  return {
    reader: async () => (await import('./store/sqlite/sqlite.ts')).openReader(dir, { light }),
    latest: async () => (await (newest ??= openNewest())).hold(),
    async writer(waitSeconds, { repair }) {
      const { lockHome } = await import('./store/sqlite/lock.ts');
      const { openWriter } = await import('./store/sqlite/sqlite.ts');
      const unlock = await lockHome(dir, verb, waitSeconds * 1000, signal);
      try {
        const migrated = (copy: string) => note(`older home migrated; a copy is at ${copy}`);
        const store = await openWriter(dir, { migrated, repair, merging: { worker: mergeWorker } });
        const release = async () => {
          await store.close();
          unlock();
        };
        return { store, release };
      } catch (error) {
        unlock();
        throw error;
      }
    },
    async accounts() {
      throw new RagError('usage', 'a home in a folder has no accounts: who may read the folder may read it', {
        hint: 'they belong to the server home: RAG_STORE=server, or --home stack',
        zh: '文件夹中的库没有账户',
      });
    },
    model: async () => (await import('./store/sqlite/sqlite.ts')).modelOf(dir),
    close: async () => (await newest)?.close(),
  };
}

/** To PostgreSQL, for accounts. */
const ACCOUNT_CONNECTIONS = 4;

function serverHome(values: Values): Home {
  let server: Promise<import('./store/server/server.ts').ServerStore> | undefined;
  let migrated: Promise<unknown> | undefined;
  let accounts: Promise<import('./store/server/postgres.ts').Postgres> | undefined;
  const options = {
    postgres: values.DATABASE_URL?.reveal() ?? addressOf(values),
    qdrant: values.QDRANT_URL,
    qdrantKey: values.QDRANT_API_KEY?.reveal(),
    collection: values.QDRANT_COLLECTION,
  };
  const ready = () =>
    (migrated ??= migrateHome(options).catch((error) => {
      migrated = undefined;
      throw error;
    }));
  const opened = () => (server ??= import('./store/server/server.ts').then(({ openServer }) => openServer(options)));

  return {
    reader: async () => (await opened()).reader(),
    // Not one moment but the newest at each step: a request that waits for a model must not keep a connection, and what a hit names is
    // one version of a document, which stays what it is.
    latest: async () => ({ store: (await opened()).store, release() {} }),
    // Several may write at once. The tables are looked at once, not for each upload.
    async writer() {
      await ready();
      const { store } = await opened();
      return { store, release: async () => {} };
    },
    // Connections of their own: a sign-in waits for no search.
    async accounts() {
      await ready();
      const { openAccounts } = await import('./accounts/postgres.ts');
      accounts ??= import('./store/server/postgres.ts').then(({ openPostgres }) =>
        openPostgres({ url: options.postgres, connections: ACCOUNT_CONNECTIONS }),
      );
      return openAccounts(await accounts);
    },
    model: async () => (await (await opened()).store.fingerprint()).model,
    async close() {
      await (await accounts)?.close();
      await (await server)?.close();
    },
  };
}

/** The tables of all rooms, and the collection. */
async function migrateHome(options: import('./store/server/server.ts').ServerOptions): Promise<string[]> {
  const { migrateServer } = await import('./store/server/server.ts');
  const { MIGRATIONS: accounts } = await import('./accounts/migrations.ts');
  return migrateServer(options, accounts);
}

function addressOf({ POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD }: Values): string {
  const url = new URL(`postgresql://${POSTGRES_HOST}:${POSTGRES_PORT}/${encodeURIComponent(POSTGRES_DB)}`);
  url.username = encodeURIComponent(POSTGRES_USER);
  if (POSTGRES_PASSWORD !== undefined) url.password = encodeURIComponent(POSTGRES_PASSWORD.reveal());
  return url.href;
}
