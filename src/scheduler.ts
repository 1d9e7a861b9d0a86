import type { Context } from './context.ts';
import { SCHEDULES } from './jobs.ts';
import { servicesOf } from './worker.ts';

/** The queue may lose what it holds; what is there already stays as it is. */
const AGAIN_MS = 30_000;

/** Sees to it that the queue knows what is due and when; workers do it. Any number of schedulers is as good as one. */
export async function keepSchedules(
  context: Context,
  log: (line: Record<string, unknown>) => void,
  signal: AbortSignal,
): Promise<void> {
  const { queue } = await servicesOf(context);
  const say = async () => {
    for (const [name, seconds] of Object.entries(SCHEDULES)) await queue.schedule(name, seconds);
  };
  await queue.check();
  await say();
  const leave = await queue.announce('scheduler');
  log({ level: 'info', message: 'schedules are kept', schedules: SCHEDULES });
  await new Promise<void>((stopped) => {
    const timer = setInterval(() => {
      say().catch((error: Error) => log({ level: 'warn', message: error.message }));
    }, AGAIN_MS);
    const stop = () => {
      clearInterval(timer);
      stopped();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  await leave();
}
