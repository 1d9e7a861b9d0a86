import { type Migrations, migratePostgres, openPostgres } from '../../postgres/postgres.ts';
import { watchReplica } from '../../postgres/replica.ts';
import type { Store, StoreReader } from '../store.ts';
import { prune } from './maintain.ts';
import { MIGRATIONS } from './migrations.ts';
import { partOf } from './part.ts';
import { openPoints } from './points.ts';
import { readSide } from './read.ts';
import { writeSide } from './write.ts';

export interface ServerOptions {
  /** postgresql://user:password@host:port/database */
  postgres: string;
  /** http://host:6333 */
  qdrant: string;
  qdrantKey?: string | undefined;
  /** Of the chunks, in Qdrant. */
  collection: string;
  /** Of a streaming replica of that database. */
  replica?: string | undefined;
  /** To PostgreSQL, at most. */
  connections?: number;
}

const CONNECTIONS = 10;

export interface ServerStore {
  store: Store;
  /**
   * Removes versions superseded before this time (ISO; undefined: none), and what nobody can see: documents half written, vectors and
   * points that nothing refers to. Resolves to the bytes given back.
   */
  tidy(before: string | undefined): Promise<number>;
  /** The same home, as far as these files and what lies in them are concerned. */
  part(sources: string[]): Store;
  /**
   * For a question of a process that stays: from the replica while it is not far behind and has what was written up to this place in
   * PostgreSQL's log, else from the primary.
   */
  newest(place: () => Promise<string | undefined>): Promise<StoreReader>;
  /** One moment of the home, for one question. */
  reader(): Promise<StoreReader>;
  close(): Promise<void>;
}

/**
 * The tables of this version, with those of the other rooms, and the collection. Safe to call again, and from several processes. Resolves
 * to the steps taken.
 */
export async function migrateServer(options: ServerOptions, migrations: Migrations = MIGRATIONS): Promise<string[]> {
  const steps = await migratePostgres(options.postgres, migrations);
  await pointsOf(options).ready();
  return steps;
}

/** A home in PostgreSQL and Qdrant. Throws RagError('unavailable') if one of them cannot be reached. */
export function openServer(options: ServerOptions): ServerStore {
  const postgres = openPostgres({ url: options.postgres, connections: options.connections ?? CONNECTIONS });
  const points = pointsOf(options);
  const copy =
    options.replica === undefined ? undefined : openPostgres({ url: options.replica, connections: CONNECTIONS });
  const replica = copy && {
    ...watchReplica(postgres, copy),
    reader: readSide(copy.ask, points, 'current', async () => {}),
  };
  const close = async () => {
    await copy?.close();
    await postgres.close();
  };
  const store = writeSide(postgres, points, readSide(postgres.ask, points, 'current', close));
  return {
    store,
    async newest(place) {
      if (replica === undefined) return store;
      try {
        return (await replica.has(await place())) ? replica.reader : store;
      } catch {
        // Nobody knows what was written last.
        return store;
      }
    },
    tidy: (before = '') => prune(postgres, points, before),
    part: (sources) => partOf(postgres.ask, store, sources),
    async reader() {
      const { ask, release } = await postgres.snapshot();
      return readSide(ask, points, 'current', release);
    },
    close,
  };
}

export const pointsOf = ({ qdrant, qdrantKey, collection }: ServerOptions) =>
  openPoints({ url: qdrant, apiKey: qdrantKey, collection });
