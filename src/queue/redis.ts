import { hostname } from 'node:os';
import { Queue as Jobs, type JobsOptions } from 'bullmq';
import { breaker } from '../breaker.ts';
import { beatsIn } from './beats.ts';
import { errorOf, failureIn, PATIENCE, type Patience } from './failure.ts';
import type { Queue } from './queue.ts';
import { checkPolicy, connect, translate } from './redis-client.ts';
import { openFollowing } from './redis-follow.ts';
import { startWorker } from './redis-work.ts';

export interface RedisQueueOptions extends Partial<Patience> {
  /** redis://:password@host:port/database */
  url: string;
  /** What the keys begin with. */
  prefix?: string;
  /** After which a job whose worker says nothing any more goes to another. */
  stalledMs?: number;
  /** What broke in the machinery, for a log. */
  note?(message: string): void;
}

const NAME = 'jobs';
const STALLED_MS = 30_000;
/** For who asks late how a job ended. */
const KEPT = { age: 3600, count: 10_000 };
const PAGE = 100;
const REPEAT_MS = 30_000;

/** Redis through BullMQ. Nothing is opened before the first call. */
export function openRedis(options: RedisQueueOptions): Queue {
  const { url, prefix = 'rag', stalledMs = STALLED_MS } = options;
  const note = seldom(options.note ?? (() => {}));
  const patience = { ...PATIENCE, ...options };
  let opened: ReturnType<typeof open> | undefined;

  type Parts = Awaited<ReturnType<typeof open>>;
  async function open() {
    const redis = connect(url, false);
    // BullMQ would wait for ever for a Redis that is not there or does not know us.
    await redis.ping().catch((error) => {
      redis.disconnect();
      throw error;
    });
    const jobs = new Jobs(NAME, { connection: redis, prefix, skipVersionCheck: true });
    jobs.on('error', (error) => note(error.message));
    const following = openFollowing({ url, name: NAME, prefix, jobs, note });
    return { redis, jobs, following, beats: beatsIn(redis, `${prefix}:beats`) };
  }

  const place = `Redis at ${new URL(url).host}`;
  const guarded = breaker(place);
  const call = <T>(work: (parts: Parts) => Promise<T>): Promise<T> => guarded(() => once(work));

  async function once<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
    try {
      opened ??= open().catch((error) => {
        opened = undefined;
        throw error;
      });
      return await work(await opened);
    } catch (error) {
      throw translate(error, url);
    }
  }

  const jobOptions: JobsOptions = {
    attempts: patience.tries,
    // Asked for by redis-work.ts, in our own words.
    backoff: { type: 'ours' },
    removeOnComplete: KEPT,
    removeOnFail: false,
  };

  async function add(name: string, id: string, data: object): Promise<void> {
    await call(async ({ jobs }) => {
      // An id that has ended is a new job; BullMQ would take it for the old one.
      const old = await jobs.getJob(id);
      if (old !== undefined && ((await old.isCompleted()) || (await old.isFailed())))
        await old.remove().catch(() => {});
      await jobs.add(name, data, { ...jobOptions, jobId: id });
    });
  }

  return {
    place,
    check: () => call(({ redis }) => checkPolicy(redis, url)),
    add,
    knows: (id) => call(async ({ jobs }) => !['unknown', 'completed'].includes(await jobs.getJobState(id))),
    async run(name, id, data, io) {
      const following = await call(async (parts) => {
        await parts.following.ready();
        return parts.following;
      });
      for (;;) {
        io.signal.throwIfAborted();
        // Followed first: it may end before we hear that it was added.
        const end = following.follow(id, io);
        end.catch(() => {});
        try {
          await add(name, id, data);
          following.added(id, io);
        } catch (error) {
          following.leave(id, io);
          throw error;
        }
        const ended = await end;
        if (ended === 'lost') continue;
        if ('result' in ended) return ended.result;
        throw errorOf(ended.failure);
      }
    },
    async work(handlers, { concurrency }) {
      await call(({ redis }) => checkPolicy(redis, url));
      return startWorker({ url, name: NAME, prefix, handlers, concurrency, patience, stalledMs, note });
    },
    schedule: (name, everySeconds) =>
      call(async ({ jobs }) => {
        const every = everySeconds * 1000;
        const known = await jobs.getJobScheduler(name);
        // Setting it anew would put its next time off. One whose time has long passed was lost with its job.
        if (known?.every === every && (known.next ?? 0) > Date.now() - every - stalledMs) return;
        await jobs.upsertJobScheduler(name, { every }, { name, data: {}, opts: jobOptions });
      }),
    depth: () =>
      call(async ({ jobs }) => {
        const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = await jobs.getJobCounts();
        // The next firing of a schedule is kept as a delayed job; it is no work that waits.
        const scheduled = await jobs.getJobSchedulersCount();
        return { waiting: waiting + prioritized, active, delayed: Math.max(0, delayed - scheduled), dead: failed };
      }),
    dead: () =>
      call(async ({ jobs }) =>
        (await jobs.getFailed(0, PAGE - 1)).map(({ id = '', name, data, failedReason, attemptsMade, finishedOn }) => ({
          ...{ id, name, data, reason: failureIn(failedReason).message.split('\n')[0]!, tries: attemptsMade },
          at: new Date(finishedOn ?? 0).toISOString(),
        })),
      ),
    revive: () =>
      call(async ({ jobs }) => {
        const { failed = 0 } = await jobs.getJobCounts('failed');
        await jobs.retryJobs({ state: 'failed' });
        return failed;
      }),
    bury: () => call(async ({ jobs }) => (await jobs.clean(0, 0, 'failed')).length),
    announce: (role) => call(({ beats }) => beats.announce({ role, host: hostname(), pid: process.pid })),
    beats: () => call(({ beats }) => beats.all()),
    share: (name, value) => call(async ({ redis }) => void (await redis.hset(`${prefix}:words`, name, value))),
    shared: (name) => call(async ({ redis }) => (await redis.hget(`${prefix}:words`, name)) ?? undefined),
    async close() {
      const parts = await opened?.catch(() => undefined);
      if (parts === undefined) return;
      const { redis, jobs, following } = parts;
      opened = undefined;
      await following.close();
      await jobs.close().catch(() => {});
      redis.disconnect();
    },
  };
}

/** A Redis that is away is complained of at each attempt: the same sentence is passed on twice a minute at most. */
function seldom(note: (message: string) => void): (message: string) => void {
  const last = new Map<string, number>();
  return (message) => {
    const now = Date.now();
    if (now - (last.get(message) ?? 0) < REPEAT_MS) return;
    if (last.size > PAGE) last.clear();
    last.set(message, now);
    note(message);
  };
}
