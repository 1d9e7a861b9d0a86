import type { Migration } from 'kysely';
import type { Store, StoreReader } from '../store.ts';
import { openPoints } from './points.ts';
import { migratePostgres, openPostgres } from './postgres.ts';
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
  /** To PostgreSQL, at most. */
  connections?: number;
}

const CONNECTIONS = 10;

export interface ServerStore {
  store: Store;
  /** One moment of the home, for one question. */
  reader(): Promise<StoreReader>;
  close(): Promise<void>;
}

/** The tables of this version (and `others` beside them), and the collection. Safe to call again, and from several processes. Resolves to the steps taken. */
export async function migrateServer(options: ServerOptions, others: Record<string, Migration> = {}): Promise<string[]> {
  const steps = await migratePostgres(options.postgres, others);
  await pointsOf(options).ready();
  return steps;
}

/** A home in PostgreSQL and Qdrant. Throws RagError('unavailable') if one of them cannot be reached. */
export function openServer(options: ServerOptions): ServerStore {
  const postgres = openPostgres({ url: options.postgres, connections: options.connections ?? CONNECTIONS });
  const points = pointsOf(options);
  const close = () => postgres.close();
  return {
    store: writeSide(postgres, points, readSide(postgres.ask, points, 'current', close)),
    async reader() {
      const { ask, release } = await postgres.snapshot();
      return readSide(ask, points, 'current', release);
    },
    close,
  };
}

const pointsOf = ({ qdrant, qdrantKey, collection }: ServerOptions) =>
  openPoints({ url: qdrant, apiKey: qdrantKey, collection });
