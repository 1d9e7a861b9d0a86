import { ERRORS, type ErrorCode, RagError } from '../errors.ts';

/** How a job's failure travels between processes and is kept: the parts of a RagError; of our bugs, the code `bug`. */
export interface Failure {
  code: ErrorCode | 'bug';
  message: string;
  hint?: string | undefined;
  zhHint?: string | undefined;
  zh?: string | undefined;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof RagError)) return { code: 'bug', message: String((error as Error)?.stack ?? error) };
  const { code, message, hint, zhHint, zh } = error;
  return { code, message, hint, zhHint, zh };
}

export function errorOf({ code, message, hint, zhHint, zh }: Failure): RagError {
  if (code !== 'bug') return new RagError(code, message, { hint, zhHint, ...(zh ? { zh } : {}) });
  return new RagError('unreadable', 'a worker met a bug in rag; its log says more', { cause: new Error(message) });
}

/** What a worker wrote, or BullMQ itself: a job that its workers died of. */
export function failureIn(reason: string | undefined): Failure {
  try {
    const parsed = JSON.parse(reason ?? '') as Failure;
    if (typeof parsed.code === 'string' && typeof parsed.message === 'string') return parsed;
  } catch {}
  const stalled = /stalled more than/.test(reason ?? '');
  const message = stalled ? 'every worker that took it died of it' : (reason ?? 'no reason is known');
  return { code: 'unreadable', message };
}

/** `passing`: again until it succeeds. `broken`: again some times. `final`: no retry can help. */
export function kindOf({ code }: Failure): 'passing' | 'broken' | 'final' {
  if (code === 'bug') return 'broken';
  return ERRORS[code].retry ? 'passing' : 'final';
}

export interface Patience {
  /** Of what is broken. */
  tries: number;
  /** Before the second try; twice that before the next, and so on. */
  backoffMs: number;
  mostMs: number;
  /** Of what fails in passing, from when it was added. */
  passingMs: number;
}

export const PATIENCE: Patience = { tries: 5, backoffMs: 1000, mostMs: 60_000, passingMs: 24 * 3_600_000 };

/** Milliseconds before the try after this many. */
export function pauseAfter(tries: number, { backoffMs, mostMs }: Patience): number {
  // Half of it by chance, so that what failed together does not come back together.
  return Math.min(backoffMs * 2 ** (tries - 1), mostMs) * (0.5 + Math.random() / 2);
}
