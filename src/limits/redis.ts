import { Redis } from 'ioredis';
import type { Limits } from './limits.ts';
import { openMemoryLimits } from './memory.ts';

const TIMEOUT_MS = 500;
/** After a failure, until Redis is asked again. */
const PAUSE_MS = 5000;

/** Counts in one step; the first of a window says when it ends. */
const TAKE = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n`;

/**
 * Counts that all processes share. While Redis does not answer each counts for itself: a limit that is too wide for a while, instead of
 * a server that answers nobody.
 */
export function openRedisLimits(url: string, failed: (error: Error) => void): Limits {
  const redis = new Redis(url, {
    ...{ connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 0, enableOfflineQueue: false },
    ...{ keyPrefix: 'rag:limit:', lazyConnect: true, enableReadyCheck: false, retryStrategy: () => PAUSE_MS },
  });
  const own = openMemoryLimits();
  let resume = 0;
  redis.on('error', () => {});
  let connecting: Promise<void> | undefined;

  return {
    async take(key, most, seconds) {
      const window = Math.floor(Date.now() / 1000 / seconds);
      if (Date.now() >= resume)
        try {
          // A first try that fails is followed by others without us.
          await (connecting ??= redis.connect().catch(() => {}));
          const count = await redis.eval(TAKE, 1, `${key}:${seconds}:${window}`, seconds);
          return Number(count) <= most;
        } catch (error) {
          resume = Date.now() + PAUSE_MS;
          failed(error as Error);
        }
      return own.take(key, most, seconds);
    },
    async close() {
      redis.disconnect();
    },
  };
}
