import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the next request may go out; rejects with the signal's reason. */
export type Pace = (signal?: AbortSignal) => Promise<void>;

/** Requests evenly spread over the minute, whoever makes them. Without a limit nobody waits. */
export function openPace(requestsPerMinute: number | undefined): Pace {
  if (requestsPerMinute === undefined) return async () => {};
  const gap = 60_000 / requestsPerMinute;
  let free = 0;
  return async (signal) => {
    const now = performance.now();
    const mine = Math.max(now, free);
    free = mine + gap;
    if (mine > now) await sleep(mine - now, undefined, { signal }).catch(() => signal?.throwIfAborted());
  };
}
