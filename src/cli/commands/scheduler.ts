import type { Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';
import { health, logTo } from '../process.ts';

export function schedulerCommand(app: App, exit: Exit): Command {
  const command = verb('scheduler', 'see to what is due again and again in a server home, until it is stopped', [
    'RAG_STORE=server QUEUE=redis rag scheduler',
    'rag scheduler --health',
  ]).option('--health', 'exit 0 if a scheduler of this machine is at work, else 1');
  return handle<{ health?: boolean }>(command, app, exit, async (run, options) => {
    const context = await run.context();
    if (options.health) return health(context, 'scheduler');
    const { keepSchedules } = await import('../../scheduler.ts');
    await keepSchedules(context, logTo(run), app.signal);
    return { stopped: true };
  });
}
