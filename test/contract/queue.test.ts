import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { openMemory } from '../../src/queue/memory.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { openRedis } from '../../src/queue/redis.ts';
import { redisServer } from '../support/redis.ts';
import { REDIS, withService } from '../support/services.ts';
import { queueContract } from './queue.ts';

const PATIENCE = { tries: 3, backoffMs: 10 };

queueContract('memory', async () => {
  const queue = openMemory(PATIENCE);
  return { queue, other: async () => queue, close: () => queue.close() };
});

withService(REDIS, (url) => {
  queueContract('Redis', async () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const all: Queue[] = [];
    const open = () => {
      const queue = openRedis({ url, prefix, ...PATIENCE, stalledMs: 2000 });
      all.push(queue);
      return queue;
    };
    return {
      queue: open(),
      other: async () => open(),
      async close() {
        await Promise.all(all.map((queue) => queue.close()));
        const redis = new Redis(url);
        for await (const keys of redis.scanStream({ match: `${prefix}:*` })) if (keys.length > 0) await redis.del(keys);
        redis.disconnect();
      },
    };
  });

  it('Redis: refuses one that may throw jobs away, with the cure', async () => {
    const server = await redisServer();
    const redis = new Redis(server.url);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const queue = openRedis({ url: server.url });
    const refused = { code: 'config', message: expect.stringContaining('allkeys-lru') };
    await expect(queue.check()).rejects.toMatchObject(refused);
    await expect(queue.work({}, { concurrency: 1 })).rejects.toMatchObject({
      hint: expect.stringContaining('noeviction'),
    });
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    await queue.check();
    await queue.close();
    redis.disconnect();
    await server.stop();
  });

  it('Redis: says in one sentence that nobody is there, or that the password is wrong', {
    timeout: 60_000,
  }, async () => {
    const server = await redisServer('--requirepass', 'secret');
    const wrong = openRedis({ url: server.url });
    await expect(wrong.depth()).rejects.toMatchObject({
      code: 'config',
      hint: expect.stringContaining('REDIS_PASSWORD'),
    });
    await wrong.close();
    await server.stop();
    const gone = openRedis({ url: 'redis://127.0.0.1:9' });
    await expect(gone.depth()).rejects.toMatchObject({ code: 'unavailable' });
    await gone.close();
  });

  it('Redis: gives the job of a worker that was killed to another, and sets aside what kills every worker', {
    timeout: 120_000,
  }, async () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const folder = mkdtempSync(join(tmpdir(), 'rag-queue-'));
    const bundle = join(folder, 'redis.mjs');
    await build({
      ...{ entryPoints: ['src/queue/redis.ts'], outfile: bundle, bundle: true, platform: 'node', format: 'esm' },
      banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
      logLevel: 'error',
    });
    const queue = openRedis({ url, prefix, ...PATIENCE, stalledMs: 1000 });
    const children: ChildProcess[] = [];
    const begin = () => {
      const argv = ['test/support/queue-worker.mjs', bundle, url, prefix];
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return child;
    };
    const begun = (child: ChildProcess) => new Promise((resolve) => child.stdout!.once('data', resolve));
    const io = { report() {}, signal: new AbortController().signal };

    const first = begin();
    const result = queue.run('slow', 'a', {}, io);
    await begun(first);
    first.kill('SIGKILL');
    const second = begin();
    expect(await result).toEqual({ by: second.pid });
    expect(await queue.depth()).toEqual({ waiting: 0, active: 0, delayed: 0, dead: 0 });
    second.kill('SIGKILL');

    const poison = queue.run('deadly', 'b', { file: 'bomb.zip' }, io);
    poison.catch(() => {});
    const workers = setInterval(begin, 1000);
    await expect(poison).rejects.toMatchObject({ message: expect.stringContaining('died') });
    clearInterval(workers);
    expect(await queue.dead()).toMatchObject([{ id: 'b', data: { file: 'bomb.zip' } }]);
    for (const child of children) child.kill('SIGKILL');
    await queue.close();
    rmSync(folder, { recursive: true });
  });

  it('Redis: goes on after it was killed and came back, also for who waits', { timeout: 60_000 }, async () => {
    const server = await redisServer('--appendonly', 'yes', '--appendfsync', 'always');
    const queue = openRedis({ url: server.url, ...PATIENCE, stalledMs: 2000 });
    const io = { report() {}, signal: new AbortController().signal };
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const working = await queue.work({ slow: async () => opened.then(() => ({ done: true })) }, { concurrency: 2 });
    const results = [queue.run('slow', 'a', {}, io), queue.run('slow', 'b', {}, io), queue.run('slow', 'c', {}, io)];
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.kill();
    open();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await server.start();
    expect(await Promise.all(results)).toEqual([{ done: true }, { done: true }, { done: true }]);
    // All that it knew is gone: who waits adds the job again.
    const lost = queue.run('other', 'd', {}, io);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const redis = new Redis(server.url);
    await redis.flushall();
    redis.disconnect();
    await working.drain(1000);
    const next = await queue.work({ other: async () => ({ found: true }) }, { concurrency: 1 });
    expect(await lost).toEqual({ found: true });
    await next.drain(1000);
    await queue.close();
    await server.stop();
  });
});
