import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/limits/limits.ts';
import { openMemoryLimits } from '../../src/limits/memory.ts';
import { openRedisLimits } from '../../src/limits/redis.ts';
import { REDIS, withService } from '../support/services.ts';

const HOUR = 3600;
const key = () => `test:${randomBytes(8).toString('hex')}`;

function limitsContract(name: string, open: () => Limits): void {
  describe(`limits: ${name}`, () => {
    it('lets so many through, whoever comes at once, and counts each key for itself', async () => {
      const limits = open();
      const [one, other] = [key(), key()];
      const taken = await Promise.all(Array.from({ length: 50 }, () => limits.take(one, 20, HOUR)));
      expect(taken.filter(Boolean)).toHaveLength(20);
      expect([await limits.take(one, 20, HOUR), await limits.take(other, 1, HOUR)]).toEqual([false, true]);
      await limits.close();
    });

    it('begins anew with the next window', async () => {
      const limits = open();
      const one = key();
      const began = Math.floor(Date.now() / 1000);
      while (await limits.take(one, 3, 1)) if (Date.now() / 1000 > began + 5) throw new Error('no limit');
      await expect.poll(() => limits.take(one, 3, 1), { timeout: 3000 }).toBe(true);
      await limits.close();
    });
  });
}

limitsContract('memory', () => openMemoryLimits());

withService(REDIS, (url) => {
  const failures: string[] = [];
  const open = () => openRedisLimits(url, ({ message }) => failures.push(message));
  limitsContract('Redis', open);

  it('is one count for several processes, and leaves nothing behind', async () => {
    const [one, other] = [open(), open()];
    const shared = key();
    expect(await one.take(shared, 2, HOUR)).toBe(true);
    expect(await other.take(shared, 2, HOUR)).toBe(true);
    expect([await one.take(shared, 2, HOUR), await other.take(shared, 2, HOUR)]).toEqual([false, false]);
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    for (const name of await redis.keys('rag:limit:test:*')) expect(await redis.ttl(name)).not.toBe(-1);
    redis.disconnect();
    await Promise.all([one.close(), other.close()]);
    expect(failures).toEqual([]);
  });

  it('counts in Redis again once it is back', { timeout: 30_000 }, async () => {
    const { hostname, port } = new URL(url);
    const way = createServer((socket) => {
      const there = connect(Number(port || 6379), hostname);
      socket.pipe(there).pipe(socket);
      for (const one of [socket, there]) one.on('error', () => {});
    });
    const listen = (at: number) => new Promise<void>((done) => way.listen(at, '127.0.0.1', done));
    await listen(0);
    const at = (way.address() as AddressInfo).port;
    await new Promise((closed) => way.close(closed));
    const limits = openRedisLimits(`redis://127.0.0.1:${at}`, () => {});
    const one = key();
    expect(await limits.take(one, 1000, HOUR)).toBe(true);
    await listen(at);
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    const counted = async () => {
      await limits.take(one, 1000, HOUR);
      return (await redis.keys(`rag:limit:${one}:*`)).length;
    };
    await expect.poll(counted, { timeout: 20_000, interval: 500 }).toBe(1);
    redis.disconnect();
    await limits.close();
    way.close();
  });
});

it('goes on counting for itself while Redis is away or does not answer, and says so', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const { port } = silent.address() as { port: number };
  for (const url of ['redis://127.0.0.1:1', `redis://127.0.0.1:${port}`]) {
    const failures: string[] = [];
    const limits = openRedisLimits(url, ({ message }) => failures.push(message));
    const one = key();
    const began = performance.now();
    expect([await limits.take(one, 1, HOUR), await limits.take(one, 1, HOUR)]).toEqual([true, false]);
    // The second does not wait for Redis again.
    expect(performance.now() - began).toBeLessThan(3000);
    expect(failures).toHaveLength(1);
    await limits.close();
  }
  silent.close();
});
