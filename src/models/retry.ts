import { setTimeout as sleep } from 'node:timers/promises';
import { RagError } from '../errors.ts';

/** How a failed request is to be told, and whether asking again may help. */
export interface Failure {
  error: RagError;
  again: boolean;
  /** What the server asked us to wait, ms. */
  afterMs?: number | undefined;
}

export interface RetryOptions {
  /** Attempts after the first. */
  retries: number;
  signal?: AbortSignal | undefined;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A server that wants more patience than this gets its error told at once, with the time it named. */
const LONGEST_ASKED_MS = 60_000;

/**
 * Runs `attempt` until it succeeds, waiting twice as long each time, with jitter so that many clients do not come back at
 * once. The clients' own retries are switched off: their waits neither end on a signal nor have an upper bound.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  judge: (error: unknown) => Failure,
  { retries, signal }: RetryOptions,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RagError) throw error;
      const { error: told, again, afterMs = 0 } = judge(error);
      if (!again || tries >= retries || afterMs > LONGEST_ASKED_MS) throw told;
      await sleepUnlessAborted(Math.max(afterMs, backoff(tries)), signal);
    }
  }
}

function backoff(tries: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + Math.random() / 2);
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    signal?.throwIfAborted();
  }
}

/** `Retry-After` in ms: seconds or a date (RFC 9110, 10.2.3); `retry-after-ms` where a server is that exact. */
export function retryAfterOf(headers: Headers | undefined): number | undefined {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (exact >= 0) return exact;
  const value = headers?.get('retry-after');
  if (value === null || value === undefined) return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
