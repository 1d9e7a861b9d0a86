import { join } from 'node:path';
import type { Accounts } from './accounts/accounts.ts';
import { RagError } from './errors.ts';
import type { Values } from './settings.ts';
import type { Store, StoreReader } from './store/store.ts';

export interface Writer {
  store: Store;
  release(): Promise<void>;
}

export interface WriterOptions {
  repair?: boolean;
  /** Files that alone, with what lies in them, are to be written: where that makes it cheaper, no others are seen. */
  only?: string[];
}

/** Where documents, passages and vectors are: drivers of the store, opened at first use. With context.ts the only file that names drivers. */
export interface Home {
  /** One state of the home. The caller closes it. */
  reader(): Promise<StoreReader>;
  /** The newest state, for one request of a process that stays. */
  latest(): Promise<{ store: StoreReader; release(): void }>;
  /** Throws RagError('locked') where there is one writer and it is another. */
  writer(waitSeconds: number, options: WriterOptions): Promise<Writer>;
  /** Garbage of a server home, and versions superseded before this time (ISO); a folder keeps none that needs it. */
  tidy(before: string | undefined): Promise<number>;
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
  /** Where in PostgreSQL's log what was last said to be written ends. */
  written(): Promise<string | undefined>;
}

export function openHome(options: HomeOptions): Home {
  return options.values.STORE === 'server' ? serverHome(options) : localHome(options);
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
    async writer(waitSeconds, { repair = false }) {
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
        zhHint: '账户属于服务器库：RAG_STORE=server，或 --home stack',
        zh: '文件夹中的库没有账户',
      });
    },
    tidy: async () => 0,
    model: async () => (await import('./store/sqlite/sqlite.ts')).modelOf(dir),
    close: async () => (await newest)?.close(),
  };
}

/** To PostgreSQL, for accounts. */
const ACCOUNT_CONNECTIONS = 4;

function serverHome({ values, written }: HomeOptions): Home {
  let server: Promise<import('./store/server/server.ts').ServerStore> | undefined;
  let migrated: Promise<unknown> | undefined;
  let accounts: Promise<import('./postgres/postgres.ts').Postgres> | undefined;
  const options = serverOptions(values);
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
    latest: async () => ({ store: await (await opened()).newest(written), release() {} }),
    // Several may write at once. The tables are looked at once, not for each upload.
    async writer(_, { only }) {
      await ready();
      const { store, part } = await opened();
      return { store: only === undefined ? store : part(only), release: async () => {} };
    },
    tidy: async (before) => (await opened()).tidy(before),
    // Connections of their own: a sign-in waits for no search.
    async accounts() {
      await ready();
      const { openAccounts } = await import('./accounts/postgres.ts');
      accounts ??= import('./postgres/postgres.ts').then(({ openPostgres }) =>
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
  const { migrations } = await import('./migrations.ts');
  return migrateServer(options, await migrations());
}

/** Where the databases of a server home are. */
export function serverOptions(values: Values): import('./store/server/server.ts').ServerOptions {
  return {
    postgres: values.DATABASE_URL?.reveal() ?? addressOf(values),
    replica: values.DATABASE_REPLICA_URL?.reveal(),
    qdrant: values.QDRANT_URL,
    qdrantKey: values.QDRANT_API_KEY?.reveal(),
    collection: values.QDRANT_COLLECTION,
  };
}

function addressOf({ POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD }: Values): string {
  const url = new URL(`postgresql://${POSTGRES_HOST}:${POSTGRES_PORT}/${encodeURIComponent(POSTGRES_DB)}`);
  url.username = encodeURIComponent(POSTGRES_USER);
  if (POSTGRES_PASSWORD !== undefined) url.password = encodeURIComponent(POSTGRES_PASSWORD.reveal());
  return url.href;
}
