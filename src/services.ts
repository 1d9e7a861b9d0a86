import { join } from 'node:path';
import type { Blobs } from './blobs/blobs.ts';
import type { S3Options } from './blobs/s3-client.ts';
import type { Chats } from './chats/chats.ts';
import { RagError } from './errors.ts';
import { serverOptions } from './home.ts';
import type { Originals } from './originals/originals.ts';
import type { Register } from './originals/register.ts';
import type { Postgres } from './postgres/postgres.ts';
import type { Queue } from './queue/queue.ts';
import { redisUrl, type Values } from './settings.ts';

/** What a server home has besides its store. Each connects at its first use. */
export interface Services {
  postgres: Postgres;
  blobs: Blobs;
  queue: Queue;
  register: Register;
  originals: Originals;
  chats(owner: string | undefined): Chats;
  /** Says that something was written: from now on no replica is asked that does not have it. */
  wrote(): Promise<void>;
  /** Where in PostgreSQL's log that ends, whichever process said it. */
  written(): Promise<string | undefined>;
  /** How far the replica is behind, in bytes of the log; undefined where there is none. */
  behind(): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface ServicesOptions {
  /** Where `STORAGE_TYPE=local` keeps originals, and where files that were never uploaded are looked for. */
  root: string;
  values: Values;
  scratch(): Promise<string>;
  note(message: string): void;
}

/** Besides the store's own. */
const CONNECTIONS = 10;

const WRITTEN = 'written';

export async function openServices({ root, values, scratch, note }: ServicesOptions): Promise<Services> {
  const { openPostgres } = await import('./postgres/postgres.ts');
  const { openRegister } = await import('./originals/register.ts');
  const { storedOriginals } = await import('./originals/stored.ts');
  const { folderOriginals } = await import('./originals/folder.ts');
  const { openChats } = await import('./chats/postgres.ts');
  const postgres = openPostgres({ url: serverOptions(values).postgres, connections: CONNECTIONS });
  const { logEnd, watchReplica } = await import('./postgres/replica.ts');
  const replica = values.DATABASE_REPLICA_URL?.reveal();
  const copy = replica === undefined ? undefined : openPostgres({ url: replica, connections: 1 });
  const blobs = await openBlobs(root, values);
  const queue = await openQueue(values, note);
  const register = openRegister(postgres, blobs);
  return {
    ...{ postgres, blobs, queue, register },
    originals: storedOriginals(register, blobs, scratch, folderOriginals(root, { inside: true })),
    chats: (owner) => openChats(postgres.ask, owner),
    async wrote() {
      if (copy !== undefined) await queue.share(WRITTEN, await logEnd(postgres));
    },
    written: () => queue.shared(WRITTEN),
    behind: async () => copy && watchReplica(postgres, copy).behind(),
    async close() {
      await copy?.close();
      await queue.close();
      await blobs.close();
      await postgres.close();
    },
  };
}

async function openBlobs(root: string, values: Values): Promise<Blobs> {
  if (values.STORAGE_TYPE === 'local') return (await import('./blobs/fs.ts')).openFolder(join(root, '.rag', 'blobs'));
  return (await import('./blobs/s3.ts')).openS3(bucketOf(values));
}

/** Throws RagError('config') where the settings do not name a bucket. */
function bucketOf(values: Values): S3Options {
  const { STORAGE_TYPE, MINIO_ENDPOINT, S3_BUCKET, S3_ENDPOINT, S3_REGION: region } = values;
  if (STORAGE_TYPE === 'minio')
    return {
      ...{ bucket: values.MINIO_BUCKET, region },
      endpoint: /^https?:/.test(MINIO_ENDPOINT) ? MINIO_ENDPOINT : `http://${MINIO_ENDPOINT}`,
      accessKey: values.MINIO_ROOT_USER?.reveal(),
      secretKey: values.MINIO_ROOT_PASSWORD?.reveal(),
    };
  const missing = S3_BUCKET === undefined ? 'S3_BUCKET' : STORAGE_TYPE === 'oss' && !S3_ENDPOINT ? 'S3_ENDPOINT' : '';
  const example = missing === 'S3_BUCKET' ? 'my-documents' : 'https://oss-cn-hangzhou.aliyuncs.com';
  if (S3_BUCKET === undefined || missing !== '')
    throw new RagError('config', `STORAGE_TYPE=${STORAGE_TYPE} needs ${missing}`, {
      hint: `set ${missing}, such as ${example}`,
      zhHint: `请设置 ${missing}，例如 ${example}`,
      zh: `STORAGE_TYPE=${STORAGE_TYPE} 需要 ${missing}`,
    });
  const keys = { accessKey: values.S3_ACCESS_KEY?.reveal(), secretKey: values.S3_SECRET_KEY?.reveal() };
  return { bucket: S3_BUCKET, region, endpoint: S3_ENDPOINT, ...keys };
}

async function openQueue(values: Values, note: (message: string) => void): Promise<Queue> {
  if (values.QUEUE === 'memory') return (await import('./queue/memory.ts')).openMemory();
  return (await import('./queue/redis.ts')).openRedis({ url: redisUrl(values), note });
}
