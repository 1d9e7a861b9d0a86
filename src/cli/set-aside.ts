import type { DeadLetter } from '../queue/queue.ts';
import { oneLine } from './style.ts';

/** A job that was tried in vain, as one line. */
export function setAside({
  name,
  data,
  reason,
  tries,
}: Pick<DeadLetter, 'name' | 'data' | 'reason' | 'tries'>): string {
  const { source } = data as { source?: string };
  return `  set aside after ${tries}: ${name}${source === undefined ? '' : ` ${oneLine(source)}`}: ${oneLine(reason)}`;
}
