import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { emptyDatabase } from './postgres.ts';
import { rag } from './rag.ts';
import { bucketAt, dropBucket } from './s3.ts';

export interface Process {
  pid: number;
  log(): string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface ServerHome {
  /** An empty folder: nothing of the home lies in it. */
  cwd: string;
  env: Record<string, string>;
  /** `rag worker`, `rag scheduler` or `rag serve --port N` as a process of its own, at work when it resolves. */
  start(...argv: string[]): Promise<Process>;
  drop(): Promise<void>;
}

/** A server home of its own in PostgreSQL, Qdrant, Redis and S3, brought up by `rag migrate database`. */
export async function serverHome([postgres, qdrant, redis, s3]: [string, string, string, string]): Promise<ServerHome> {
  const name = `rag_e2e_${randomBytes(6).toString('hex')}`;
  const database = await emptyDatabase(postgres, name);
  const bucket = bucketAt(s3, name.replaceAll('_', '-'));
  const cwd = mkdtempSync(join(tmpdir(), 'rag-server-home-'));
  const queue = new URL(redis);
  // Of the sixteen databases of a Redis, one by chance.
  if (queue.pathname.length < 2) queue.pathname = `/${1 + Math.floor(Math.random() * 15)}`;
  const env = {
    // Its owner is an admin; accounts have tests of their own.
    RAG_TOKEN: 'one-token-for-all',
    ...{ RAG_STORE: 'server', DATABASE_URL: database.url, QDRANT_URL: qdrant, QDRANT_COLLECTION: name },
    ...{ QUEUE: 'redis', REDIS_URL: queue.href, STORAGE_TYPE: 'minio', MINIO_ENDPOINT: bucket.endpoint },
    ...{ MINIO_BUCKET: bucket.bucket, MINIO_ROOT_USER: bucket.accessKey!, MINIO_ROOT_PASSWORD: bucket.secretKey! },
  };
  const { code, err } = await rag({ cwd, env }, 'migrate', 'database', '--yes');
  if (code !== 0) throw new Error(err);
  return {
    cwd,
    env,
    async start(...argv) {
      const child = spawn(process.execPath, [resolve('bin/rag.js'), ...argv], {
        ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'] },
        env: { PATH: process.env.PATH, HOME: cwd, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9', ...env },
      });
      let log = '';
      const closed = new Promise<number | null>((done) => child.on('close', done));
      await new Promise<void>((ready, failed) => {
        // `rag serve` prints where it listens.
        child.stdout!.once('data', () => ready());
        child.stderr!.setEncoding('utf8').on('data', (part: string) => {
          log += part;
          if (/at work|schedules are kept/.test(log)) ready();
        });
        void closed.then((code) => failed(new Error(`rag ${argv.join(' ')} left with ${code}: ${log}`)));
      });
      const end = (signal: NodeJS.Signals) => {
        child.kill(signal);
        return closed;
      };
      return {
        pid: child.pid!,
        log: () => log,
        stop: () => end('SIGTERM'),
        kill: async () => void (await end('SIGKILL')),
      };
    },
    async drop() {
      const client = new Redis(env.REDIS_URL);
      await client.flushdb();
      client.disconnect();
      await database.drop();
      await fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' });
      await dropBucket(bucket);
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
