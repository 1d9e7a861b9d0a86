import type { Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';
import { budget, duration } from '../options.ts';

interface Options {
  budget?: number;
  rebuild?: boolean;
  wait?: number;
}

export function embedCommand(app: App, exit: Exit): Command {
  const command = verb('embed', 'embed what has no vector yet; continues where it stopped', [
    'rag embed',
    'rag embed --budget 10m',
  ])
    .option('--budget <time>', 'stop in time, e.g. 10m', duration)
    .option('--rebuild', 'forget all vectors first, e.g. after a change of model')
    .option('--wait <time>', 'wait this long for another writer', duration);
  return handle<Options>(command, app, exit, async (run, options) => {
    const { embedPending } = await import('../../pipeline/embed.ts');
    const started = performance.now();
    const context = await run.context();
    const { store, release } = await context.writer(options.wait);
    try {
      if (options.rebuild) await store.dropVectors();
      const embedder = await context.embedder('bulk');
      const input = { expired: budget(options.budget) };
      const { embedded, pending, stopped } = await embedPending(store, embedder, input, run.io);
      const seconds = Math.round(performance.now() - started) / 1000;
      return {
        result: { embedded, pending, seconds, ...(stopped ? { stopped: 'budget' } : {}) },
        text: run.say.embedded(embedded, embedded + pending) + (pending > 0 ? ` (${run.say.resume})` : ''),
      };
    } finally {
      await release();
    }
  });
}
