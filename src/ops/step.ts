import type { Readable } from 'node:stream';
import type { Io } from '../types.ts';

/** What a program left behind. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  cwd?: string;
  /** Added to the environment of the child: the way for secrets, with `input`. */
  env?: Record<string, string>;
  input?: string | Readable;
  /** Exit codes that are no failure; default 0 alone. */
  codes?: readonly number[];
  timeoutMs?: number;
  /** Its output goes to our own streams as it comes, and `out` and `err` stay empty. */
  shown?: boolean;
  signal?: AbortSignal;
}

/** All that operations do to the world outside. Tests hand in one that writes down. */
export interface Runner {
  /** Throws RagError('unavailable') if the program is not there, or left with another code; `details` has argv, code, out and err. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Whole or not at all: temporary file, fsync, rename. Mode 0600 unless told. */
  write(path: string, text: string, mode?: number): Promise<void>;
}

/** Data in English, shown in the reader's language. */
export interface Titled {
  title: string;
  zh: string;
}

/** One thing that an operation does. A plan is a list of them. */
export interface Step extends Titled {
  /** Exactly what `--plan` prints: the command line, or the file. */
  detail: string;
  do(runner: Runner, io: Io): Promise<void>;
  /** Takes back what this step made; also called for the step that failed. */
  undo?(runner: Runner, io: Io): Promise<void>;
}

/** A step that is one command. */
export function command(titled: Titled, argv: readonly string[], options: RunOptions = {}): Step {
  return {
    ...titled,
    detail: shown(argv),
    do: async (runner, io) => void (await runner.run(argv, { signal: io.signal, ...options })),
  };
}

/** As one would type it. */
export function shown(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`)).join(' ');
}

/**
 * Runs the steps in order. At the first failure undoes newest first, the failed one included, with a signal of its own, so that Ctrl-C
 * does not stop the clean-up; what cannot be undone is a warning and never hides the first error.
 */
export async function apply(steps: readonly Step[], runner: Runner, io: Io): Promise<void> {
  for (const [at, step] of steps.entries()) {
    io.signal.throwIfAborted();
    io.report({ type: 'step', title: step.title, zh: step.zh, number: at + 1, total: steps.length });
    try {
      await step.do(runner, io);
    } catch (error) {
      const undoing: Io = { report: io.report, signal: new AbortController().signal };
      for (const done of steps.slice(0, at + 1).reverse()) {
        await done.undo?.(runner, undoing).catch((problem: Error) => {
          io.report({ type: 'warn', message: `"${done.title}" could not be undone: ${problem.message}` });
        });
      }
      throw error;
    }
  }
}
