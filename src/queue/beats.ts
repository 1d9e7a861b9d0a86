import type { Redis } from 'ioredis';
import type { Beat } from './queue.ts';

const EVERY_MS = 5000;
/** Three missed in a row. */
const ALIVE_SECONDS = 20;
/** Until a process that was killed is forgotten. */
const FORGOTTEN_SECONDS = 3600;

/** Heartbeats in one hash, by Redis' own clock: the hosts' may differ. */
export function beatsIn(redis: Redis, key: string) {
  const now = async () => Number((await redis.time())[0]);

  return {
    async announce({ role, host, pid }: Pick<Beat, 'role' | 'host' | 'pid'>): Promise<() => Promise<void>> {
      const since = new Date().toISOString();
      const field = `${role}/${host}/${pid}`;
      const beat = async () => {
        await redis.hset(key, field, JSON.stringify({ role, host, pid, since, at: await now() }));
      };
      await beat();
      const timer = setInterval(() => void beat().catch(() => {}), EVERY_MS);
      return async () => {
        clearInterval(timer);
        await redis.hdel(key, field).catch(() => {});
      };
    },
    async all(): Promise<Beat[]> {
      const seconds = await now();
      const alive: Beat[] = [];
      for (const [field, text] of Object.entries(await redis.hgetall(key))) {
        const { at, ...beat } = JSON.parse(text) as Omit<Beat, 'secondsAgo'> & { at: number };
        if (seconds - at <= ALIVE_SECONDS) alive.push({ ...beat, secondsAgo: Math.max(0, seconds - at) });
        else if (seconds - at > FORGOTTEN_SECONDS) await redis.hdel(key, field);
      }
      return alive;
    },
  };
}
