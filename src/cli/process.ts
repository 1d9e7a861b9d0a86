import { hostname } from 'node:os';
import type { Context } from '../context.ts';
import type { Invocation, Outcome } from './app.ts';

// What the processes of a server have in common.

/** JSON lines on stderr. */
export function logTo({ app, options }: Invocation): (line: Record<string, unknown>) => void {
  return (line) => {
    if (!options.quiet || line.level === 'error')
      app.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
  };
}

export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** For a container's check: whether a process of this role on this machine said not long ago that it is at work. */
export async function health(context: Context, role: 'worker' | 'scheduler'): Promise<Outcome> {
  const { servicesOf } = await import('../worker.ts');
  const { queue } = await servicesOf(context);
  const beat = (await queue.beats()).find((one) => one.role === role && one.host === hostname());
  const text = beat === undefined ? `no ${role} is at work here` : `at work, heard ${beat.secondsAgo} s ago`;
  return { result: { alive: beat !== undefined, ...beat }, text, exit: beat === undefined ? 1 : 0 };
}
