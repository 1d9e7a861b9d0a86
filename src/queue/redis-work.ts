import { DelayedError, UnrecoverableError, Worker } from 'bullmq';
import type { Event } from '../types.ts';
import { failureOf, kindOf, type Patience, pauseAfter } from './failure.ts';
import type { Handler, Working } from './queue.ts';
import { connect } from './redis-client.ts';

export interface WorkerOptions {
  url: string;
  name: string;
  prefix: string;
  handlers: Record<string, Handler>;
  concurrency: number;
  patience: Patience;
  stalledMs: number;
  note(message: string): void;
}

/** Workers that may die of one job before it is set aside. */
const DEATHS = 3;

export function startWorker(options: WorkerOptions): Working {
  const { url, name, prefix, handlers, concurrency, patience, stalledMs, note } = options;
  const stop = new AbortController();
  const connection = connect(url, true);
  const worker = new Worker(
    name,
    async (job, token) => {
      let last: Promise<unknown> = Promise.resolve();
      const report = (event: Event) => {
        last = last.then(() => job.updateProgress(event)).catch(() => {});
      };
      /** Back to the others, without counting as a try. */
      const giveBack = async (ms: number): Promise<never> => {
        await job.moveToDelayed(Date.now() + ms, token);
        throw new DelayedError();
      };
      const handler = handlers[job.name];
      // While a release rolls out: a worker of the other version does it.
      if (handler === undefined) return giveBack(pauseAfter(job.attemptsStarted, patience));
      try {
        const result = await handler(job.data as never, { report, signal: stop.signal });
        await last;
        return result;
      } catch (error) {
        await last;
        if (stop.signal.aborted) return giveBack(0);
        const failure = failureOf(error);
        const kind = kindOf(failure);
        note(`${job.name} ${job.id}: ${failure.message}`);
        if (kind === 'passing' && Date.now() - job.timestamp < patience.passingMs)
          return giveBack(pauseAfter(job.attemptsStarted, patience));
        const said = JSON.stringify(failure);
        throw kind === 'broken' ? new Error(said) : new UnrecoverableError(said);
      }
    },
    {
      ...{ connection, prefix, concurrency, skipVersionCheck: true, maxStalledCount: DEATHS },
      ...{ lockDuration: stalledMs, stalledInterval: stalledMs / 2 },
      settings: { backoffStrategy: (tries = 1) => pauseAfter(tries, patience) },
    },
  );
  worker.on('error', (error) => note(error.message));

  return {
    async drain(graceMs) {
      const late = setTimeout(() => stop.abort(), graceMs);
      await worker.close();
      clearTimeout(late);
      connection.disconnect();
    },
  };
}
