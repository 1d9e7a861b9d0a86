import { RagError } from './errors.ts';

export interface BreakerOptions {
  /** Failures in a row after which nothing is asked any more. */
  failures?: number;
  /** For how long; then one question goes through, and what becomes of it decides for all. */
  restMs?: number;
  /** Whether an error says that the service is down. */
  isDown?(error: unknown): boolean;
}

const FAILURES = 5;
const REST_MS = 3000;

/**
 * A circuit breaker: who asks a service that is down hears so at once, instead of after a timeout, and the service is not asked by
 * everybody while it comes back. Wraps each question to it.
 */
export function breaker(place: string, options: BreakerOptions = {}) {
  const { failures = FAILURES, restMs = REST_MS, isDown = isUnavailable } = options;
  let inRow = 0;
  let openUntil = 0;

  return async function guarded<T>(work: () => Promise<T>): Promise<T> {
    const now = performance.now();
    if (now < openUntil)
      throw new RagError('unavailable', `${place} did not answer and is asked again in a moment`, {
        hint: 'rag status --deep says what is running',
        zhHint: 'rag status --deep 显示哪些服务在运行',
        zh: `${place} 未应答，稍后重试`,
      });
    // Half open: the others wait for what this one finds.
    if (inRow >= failures) openUntil = now + restMs;
    try {
      const result = await work();
      inRow = 0;
      openUntil = 0;
      return result;
    } catch (error) {
      if (!isDown(error)) inRow = 0;
      else if (++inRow >= failures) openUntil = performance.now() + restMs;
      throw error;
    }
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof RagError && error.code === 'unavailable';
}
