import { type Queue as Jobs, QueueEvents } from 'bullmq';
import type { Event, Io } from '../types.ts';
import { type Failure, failureIn } from './failure.ts';
import { connect } from './redis-client.ts';

/** How a job ended; `lost`: the queue does not know it any more. */
export type Ended = { result: object } | { failure: Failure } | 'lost';

interface Follower {
  io: Io;
  /** What is known of this id is about this job, not about an earlier one. */
  added: boolean;
  end(ended: Ended): void;
  leave(): void;
}

/** Events tell at once; a Redis that was down forgets some, so those who wait also look. */
const LOOK_MS = 2000;

/** Who waits in this process for jobs that end in others. */
export function openFollowing(options: {
  url: string;
  name: string;
  prefix: string;
  jobs: Jobs;
  note(message: string): void;
}) {
  const { url, name, prefix, jobs, note } = options;
  const followers = new Map<string, Set<Follower>>();
  let events: { events: QueueEvents; redis: ReturnType<typeof connect> } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  function tell(id: string, ended: Ended): void {
    for (const { end } of followers.get(id) ?? []) end(ended);
    followers.delete(id);
  }

  function listen() {
    const redis = connect(url, true);
    const made = new QueueEvents(name, { connection: redis, prefix, skipVersionCheck: true });
    made.on('error', (error) => note(error.message));
    made.on('completed', ({ jobId, returnvalue }) => tell(jobId, { result: returnvalue as unknown as object }));
    made.on('failed', ({ jobId, failedReason }) => tell(jobId, { failure: failureIn(failedReason) }));
    made.on('progress', ({ jobId, data }) => {
      for (const { io } of followers.get(jobId) ?? []) io.report(data as Event);
    });
    timer = setInterval(() => {
      if (looking || followers.size === 0) return;
      looking = true;
      void look().finally(() => {
        looking = false;
      });
    }, LOOK_MS);
    return { events: made, redis };
  }

  async function look(): Promise<void> {
    for (const [id, waiting] of [...followers]) {
      if (![...waiting].some(({ added }) => added)) continue;
      try {
        const job = await jobs.getJob(id);
        if (job === undefined) tell(id, 'lost');
        else if (job.finishedOn !== undefined)
          tell(id, job.failedReason ? { failure: failureIn(job.failedReason) } : { result: job.returnvalue as object });
      } catch (error) {
        // Redis is away; it is asked again.
        note((error as Error).message);
        return;
      }
    }
  }

  return {
    /** Resolves when no event can be missed any more. */
    async ready(): Promise<void> {
      events ??= listen();
      await events.events.waitUntilReady();
    },
    follow(id: string, io: Io): Promise<Ended> {
      return new Promise((resolve, reject) => {
        const left = () => {
          follower.leave();
          reject(io.signal.reason);
        };
        const follower: Follower = {
          ...{ io, added: false },
          end(ended) {
            io.signal.removeEventListener('abort', left);
            resolve(ended);
          },
          leave() {
            io.signal.removeEventListener('abort', left);
            const others = followers.get(id);
            others?.delete(follower);
            if (others?.size === 0) followers.delete(id);
          },
        };
        if (!followers.has(id)) followers.set(id, new Set());
        followers.get(id)!.add(follower);
        io.signal.addEventListener('abort', left, { once: true });
      });
    },
    added(id: string, io: Io): void {
      for (const follower of followers.get(id) ?? []) if (follower.io === io) follower.added = true;
    },
    leave(id: string, io: Io): void {
      for (const follower of followers.get(id) ?? []) if (follower.io === io) follower.leave();
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await events?.events.close().catch(() => {});
      events?.redis.disconnect();
    },
  };
}
