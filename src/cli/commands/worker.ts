import type { Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';
import { count } from '../options.ts';
import { health, logTo, stopped } from '../process.ts';

interface Options {
  concurrency?: number;
  health?: boolean;
  retry?: boolean;
  drop?: boolean;
}

/** Compose and Kubernetes wait as long before they kill. */
const DRAIN_MS = 25_000;

export function workerCommand(app: App, exit: Exit): Command {
  const command = verb('worker', 'read what is uploaded to a server home, until it is stopped', [
    'RAG_STORE=server QUEUE=redis rag worker',
    'rag worker --health',
  ])
    .option('--concurrency <n>', 'jobs at once (default: WORKER_CONCURRENCY)', count)
    .option('--health', 'exit 0 if a worker of this machine is at work, else 1')
    .option('--retry', 'try again what was set aside, and end')
    .option('--drop', 'forget what was set aside, and end');
  return handle<Options>(command, app, exit, async (run, options) => {
    const context = await run.context();
    if (options.health) return health(context, 'worker');
    const { servicesOf, work } = await import('../../worker.ts');
    const { queue } = await servicesOf(context);
    if (options.retry || options.drop) {
      const jobs = await (options.retry ? queue.revive() : queue.bury());
      return { result: { jobs }, text: String(jobs) };
    }
    const log = logTo(run);
    await context.writer();
    const concurrency = options.concurrency ?? context.config.values.WORKER_CONCURRENCY;
    const working = await work(context, { concurrency, log });
    log({ level: 'info', message: 'at work', concurrency });
    await stopped(app.signal);
    log({ level: 'info', message: 'draining' });
    await working.drain(DRAIN_MS);
    return { stopped: true };
  });
}
