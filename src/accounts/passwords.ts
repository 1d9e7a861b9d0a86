import { Worker } from 'node:worker_threads';
import { RagError } from '../errors.ts';
import type { Task } from './password-worker.ts';

/** Hashes of passwords: argon2id, as PHC strings. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long where `hash` is undefined, and is then false: whether a name is known cannot be told by the clock. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  close(): Promise<void>;
}

/** Those that wait, at most: a second of work. More are sent away. */
const WAITING = 20;
/** Longer ones only cost time. */
const MOST_CHARS = 1024;

type Answer = { done: string | boolean } | { failed: string };

/** One thread, one password at a time, started at the first. */
export function openPasswords(workerUrl: URL): Passwords {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let nobody: Promise<string> | undefined;

  function started(): Worker {
    if (worker !== undefined) return worker;
    const fresh = new Worker(workerUrl);
    // It keeps no process alive, and one that died is replaced.
    fresh.unref();
    fresh.on('exit', () => {
      if (worker === fresh) worker = undefined;
    });
    return (worker = fresh);
  }

  const once = (task: Task) =>
    new Promise<string | boolean>((done, failed) => {
      const thread = started();
      const end = () => {
        thread.off('message', answered).off('error', broken).unref();
      };
      const answered = (answer: Answer) => {
        end();
        if ('done' in answer) done(answer.done);
        else failed(new Error(answer.failed));
      };
      const broken = (error: Error) => {
        end();
        failed(error);
      };
      thread.on('message', answered).on('error', broken).ref();
      thread.postMessage(task);
    });

  async function inTurn(task: Task): Promise<string | boolean> {
    if (waiting >= WAITING) throw new RagError('rate_limited', 'too many are signing in at this moment');
    waiting++;
    const mine = last.then(() => once(task));
    last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      waiting--;
    }
  }

  const same = (password: string) => password.slice(0, MOST_CHARS).normalize('NFKC');
  return {
    hash: async (password) => (await inTurn({ password: same(password) })) as string,
    async verify(password, hash) {
      nobody ??= inTurn({ password: 'nobody' }) as Promise<string>;
      nobody.catch(() => {
        nobody = undefined;
      });
      const known = (await nobody) as string;
      const right = (await inTurn({ password: same(password), hash: hash ?? known })) as boolean;
      return right && hash !== undefined;
    },
    close: async () => void (await worker?.terminate()),
  };
}
