import { RagError } from './errors.ts';

/** Runs work that needs an outside service, or says at once that the service does not answer. */
export type Breaker = <T>(work: () => Promise<T>) => Promise<T>;

export interface BreakerOptions {
  /** For people: `PostgreSQL at db:5432`. */
  what: string;
  /** Failures in a row after which the service is left alone. */
  failures?: number;
  /** How long it is left alone, in milliseconds. */
  restMs?: number;
  /** Milliseconds of some clock. */
  now?: () => number;
}

const FAILURES = 5;
const REST_MS = 2000;

/**
 * A circuit breaker. Only RagError('unavailable') counts as a failure: any other answer shows that the service is there. After some in a row,
 * callers are told at once instead of each waiting for its own timeout; after a rest one of them tries, and its luck decides for all.
 */
export function openBreaker({ what, failures = FAILURES, restMs = REST_MS, now = Date.now }: BreakerOptions): Breaker {
  let inRow = 0;
  let until = 0;
  let trying = false;

  return async (work) => {
    const open = inRow >= failures;
    if (open && (trying || now() < until))
      throw new RagError('unavailable', `${what} has not answered ${inRow} times in a row; it is tried again shortly`, {
        hint: 'rag stack status says what is running',
        zh: `${what} 已连续 ${inRow} 次没有应答；稍后将重试`,
      });
    if (open) trying = true;
    try {
      const result = await work();
      inRow = 0;
      return result;
    } catch (error) {
      if (error instanceof RagError && error.code === 'unavailable') {
        inRow++;
        until = now() + restMs;
      } else inRow = 0;
      throw error;
    } finally {
      if (open) trying = false;
    }
  };
}
