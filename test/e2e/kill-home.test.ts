import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { openS3 } from '../../src/blobs/s3.ts';
import { minioServer } from '../support/minio.ts';
import { freePort } from '../support/own-server.ts';
import { postgresServer } from '../support/postgres-server.ts';
import { qdrantServer } from '../support/qdrant.ts';
import { folder, put, rag } from '../support/rag.ts';
import { redisServer } from '../support/redis.ts';
import { bucketAt } from '../support/s3.ts';
import { type Process, serverHome } from '../support/server-home.ts';
import { MINIO, POSTGRES_BIN, QDRANT_PROGRAM, withServices } from '../support/services.ts';
import { collect } from '../support/store.ts';

/** 3,000 in the acceptance run: RAG_KILL_FILES=3000. */
const FILES = Number(process.env.RAG_KILL_FILES ?? 300);
const BETWEEN_KILLS_MS = 1500;
const DOWN_MS = 1000;

const words = 'walrus penguin tea backup restore 数据库 备份 恢复 index query shard replica'.split(' ');
const text = (n: number) =>
  `# Note ${n}\n\nThe key of room ${n} hangs at hook ${n * 7}. ${Array.from({ length: 40 }, (_, i) => words[(n * 31 + i * i) % words.length]).join(' ')}\n`;

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

withServices([POSTGRES_BIN, QDRANT_PROGRAM, MINIO], (...programs) => {
  it('takes every file exactly once while its processes and all that they stand on are killed in turn', {
    timeout: 300_000 + FILES * 1000,
  }, async () => {
    const redis = await redisServer('--appendonly', 'yes');
    ending.push(redis.stop);
    const minio = await minioServer(programs[2]!);
    ending.push(minio.stop);
    const postgres = await postgresServer(programs[0]!);
    ending.push(postgres.stop);
    const qdrant = await qdrantServer(programs[1]!);
    ending.push(qdrant.stop);
    const home = await serverHome([postgres.url, qdrant.url, redis.url, minio.url]);
    ending.push(home.drop);
    const port = await freePort();
    const server = { RAG_HOME: 'stack', RAG_API_URL: `http://127.0.0.1:${port}`, RAG_API_KEY: home.env.RAG_TOKEN! };
    const start = {
      worker: () => home.start('worker'),
      api: () => home.start('serve', '--port', String(port), '--rate-limit', '1000000'),
      scheduler: () => home.start('scheduler'),
    };
    const running: Record<string, Process> = {
      ...{ one: await start.worker(), two: await start.worker() },
      ...{ api: await start.api(), scheduler: await start.scheduler() },
    };
    ending.push(async () => void (await Promise.all(Object.values(running).map((one) => one.kill()))));
    const again = async (name: string, anew: () => Promise<Process>) => {
      await running[name]!.kill();
      running[name] = await anew();
    };
    const down = async (service: { kill(): Promise<void>; start(): Promise<void> }) => {
      await service.kill();
      await new Promise((soon) => setTimeout(soon, DOWN_MS));
      await service.start();
    };
    const kills = [
      () => again('one', start.worker),
      () => again('api', start.api),
      () => down(redis),
      () => down(postgres),
      () => down(minio),
      () => down(qdrant),
      () => again('two', start.worker),
    ];

    const sources = Array.from({ length: FILES }, (_, n) => `notes/${n % 17}/note-${n}.${n % 3 === 0 ? 'txt' : 'md'}`);
    const cwd = folder(Object.fromEntries(sources.map((source, n) => [source, text(n)])));
    let killed = 0;
    let finished = false;
    const killing = (async () => {
      while (!finished) {
        await kills[killed++ % kills.length]!();
        await new Promise((soon) => setTimeout(soon, BETWEEN_KILLS_MS));
      }
    })();
    // As a user would: the same command until it has done all.
    let runs = 0;
    for (let left = true; left; ) {
      const { code, err } = await rag({ cwd, env: server }, 'ingest', 'notes', '-q');
      runs++;
      expect([0, 5], err).toContain(code);
      left = code !== 0 || killed < kills.length;
      if (code === 0 && left) put(cwd, `notes/more-${runs}.md`, text(FILES + runs));
      await new Promise((soon) => setTimeout(soon, 200));
    }
    finished = true;
    await killing;
    console.log(`${FILES} files, ${killed} kills, ${runs} runs of rag ingest`);

    const status = async () => (await rag(home, 'status', '--deep', '--json')).json.result;
    let last = await status();
    const settled = () =>
      !last.degraded && last.queue.waiting + last.queue.active === 0 && last.embedded === last.chunks;
    for (let tries = 0; tries < 200 && !settled(); tries++) {
      await new Promise((soon) => setTimeout(soon, 1000));
      last = await status();
    }
    expect(last).toMatchObject({ degraded: false, deadLetters: [], queue: { waiting: 0, active: 0, dead: 0 } });
    const mine = (await rag({ cwd }, 'ingest', 'notes', '--dry-run', '--no-embed', '--json', '-v')).json.result;
    const listed = (await rag({ cwd, env: server }, 'list', '--json')).json.result.documents as {
      source: string;
      sha256: string;
    }[];
    expect(listed).toHaveLength(mine.added);
    for (const source of sources) {
      const digest = createHash('sha256')
        .update(text(sources.indexOf(source)))
        .digest('hex');
      expect(listed.find((one) => one.source === source)?.sha256).toBe(digest);
    }
    expect(last).toMatchObject({ documents: mine.added, embedded: last.chunks, versions: 0 });

    const database = new pg.Client({ connectionString: home.env.DATABASE_URL });
    ending.push(() => database.end());
    await database.connect();
    const present = async () =>
      (await database.query('SELECT source, sha256, ingested FROM originals WHERE gone IS NULL')).rows;
    // A job that was lost with a server, between two writes, is added again by the scheduler.
    for (let tries = 0; tries < 150 && (await present()).some(({ ingested }) => ingested === null); tries++)
      await new Promise((soon) => setTimeout(soon, 1000));
    const originals = await present();
    expect(originals.filter(({ ingested }) => ingested === null)).toEqual([]);
    expect(originals).toHaveLength(mine.added);
    const blobs = openS3(bucketAt(minio.url, home.env.MINIO_BUCKET!));
    const kept = new Set((await collect(blobs.list())).map(({ sha256 }) => sha256));
    expect(kept).toEqual(new Set(originals.map(({ sha256 }) => sha256)));
    await blobs.close();
    const { checks } = (await rag(home, 'doctor', '--json')).json.result;
    expect(checks.find(({ name }: { name: string }) => name === 'index')).toMatchObject({ status: 'ok' });

    for (const one of Object.values(running)) expect(await one.stop()).toBe(0);
  });
});
