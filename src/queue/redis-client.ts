import { Redis, type RedisOptions } from 'ioredis';
import { RagError } from '../errors.ts';

const CONNECT_MS = 5000;
const MOST_PAUSE_MS = 1000;
/** Some seconds of a server that is started anew. */
const TRIES = 8;

/** `patient`: for a process that has nothing to do without Redis; others hear after some seconds that it is gone. */
export function connect(url: string, patient: boolean): Redis {
  const options: RedisOptions = {
    ...{ connectTimeout: CONNECT_MS, maxRetriesPerRequest: patient ? null : TRIES },
    retryStrategy: (times) => Math.min(50 * 2 ** times, MOST_PAUSE_MS),
    connectionName: 'rag',
  };
  const redis = new Redis(url, options);
  // Each command says by itself that it failed.
  redis.on('error', () => {});
  return redis;
}

const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);

/** Redis' errors in our words; what is none stays what it is. */
export function translate(error: unknown, url: string): unknown {
  if (error instanceof RagError) return error;
  const { name = '', message = '', code = '' } = error as Error & { code?: string };
  const what = `Redis at ${new URL(url).host}`;
  const word = /^[A-Z]+/.exec(message)?.[0] ?? '';
  if (word === 'NOAUTH' || word === 'WRONGPASS' || word === 'NOPERM')
    return new RagError('config', `${what} does not accept our password (${word})`, {
      hint: 'check REDIS_PASSWORD, or REDIS_URL',
      zhHint: '请检查 REDIS_PASSWORD，或 REDIS_URL',
      ...{ zh: `${what} 不接受我们的密码`, cause: error },
    });
  const passing =
    PASSING.has(code) ||
    ['LOADING', 'MASTERDOWN', 'BUSY', 'READONLY', 'TRYAGAIN', 'CLUSTERDOWN', 'OOM', 'MISCONF'].includes(word) ||
    name === 'MaxRetriesPerRequestError' ||
    name === 'ConnectionClosedError' ||
    message === 'Connection is closed.' ||
    message === 'Command timed out';
  if (!passing) return error;
  return new RagError('unavailable', `${what} cannot be reached or is busy (${code || word || name})`, {
    hint: 'rag status --deep says what is running',
    zhHint: 'rag status --deep 显示哪些服务在运行',
    ...{ zh: `无法连接 ${what}，或其繁忙`, cause: error },
  });
}

/** A Redis that may throw keys away when memory is short loses jobs. Throws RagError('config'). */
export async function checkPolicy(redis: Redis, url: string): Promise<void> {
  const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  const what = `Redis at ${new URL(url).host}`;
  throw new RagError('config', `${what} may throw jobs away when its memory is short (maxmemory-policy ${policy})`, {
    hint: 'redis-cli config set maxmemory-policy noeviction; and the same in its configuration, or --maxmemory-policy noeviction',
    zhHint: 'redis-cli config set maxmemory-policy noeviction；并写入其配置，或用 --maxmemory-policy noeviction 启动',
    zh: `${what} 在内存不足时可能丢弃任务（maxmemory-policy ${policy}）`,
  });
}
