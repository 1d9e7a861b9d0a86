/** One table; the CLI, the API and the queue each read their column. */
export const ERRORS = {
  usage: { exit: 2, http: 400, retry: false },
  partial: { exit: 3, http: 207, retry: false },
  config: { exit: 4, http: 500, retry: false },
  unauthenticated: { exit: 11, http: 401, retry: false },
  forbidden: { exit: 12, http: 403, retry: false },
  too_slow: { exit: 5, http: 408, retry: true },
  too_large: { exit: 9, http: 413, retry: false },
  rate_limited: { exit: 5, http: 429, retry: true },
  unavailable: { exit: 5, http: 503, retry: true },
  not_found: { exit: 6, http: 404, retry: false },
  locked: { exit: 7, http: 409, retry: true },
  verify: { exit: 8, http: 422, retry: false },
  unreadable: { exit: 9, http: 422, retry: false },
  refused: { exit: 10, http: 409, retry: false },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface Cure {
  /** The command or change that cures it. */
  hint?: string | undefined;
  /** The same in Chinese, where it is more than a command. */
  zhHint?: string | undefined;
}

export interface ErrorExtra extends Cure {
  /** The sentence in Chinese, for `--lang zh`. */
  zh?: string;
  /** Machine-readable facts, printed under `error.details` with `--json`. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error a user may see: what is wrong with the value in it, and what cures it. Everything else is our bug. */
export class RagError extends Error {
  /** By name: the launcher and the modules it loads each carry this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'RagError';
  }

  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly zhHint: string | undefined;
  readonly zh: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, extra: ErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'RagError';
    this.code = code;
    this.hint = extra.hint;
    this.zhHint = extra.zhHint;
    this.zh = extra.zh;
    this.details = extra.details;
  }
}

/** What its reader is told, in one of the two languages. */
export function spoken(
  { message, zh, hint, zhHint }: Cure & { message: string; zh?: string | undefined },
  lang: 'en' | 'zh',
): { message: string; hint: string | undefined } {
  return lang === 'zh' ? { message: zh || message, hint: zhHint || hint } : { message, hint };
}
