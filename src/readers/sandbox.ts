import { Worker } from 'node:worker_threads';
import type { Chunk, Prepared, Problem } from '../types.ts';
import { ReadError } from './reader.ts';
import { type WireBatch, wireDecoder } from './wire.ts';

export interface Job {
  path: string;
  /** Standard input; otherwise the worker reads `path`. */
  bytes?: Uint8Array;
  name: string;
  source: string;
  maxTokens: number;
  allowedTypes: string[];
  /** SHA-256 of the version in the store: equal bytes are not read again. */
  known?: string;
}

export interface WorkerData {
  tokenizerFile: string;
}

export type ToWorker = { type: 'job'; job: Job } | { type: 'next' };
export type FromWorker =
  | { type: 'chunks'; batch: WireBatch }
  | { type: 'end'; prepared: Prepared | 'unchanged' }
  | { type: 'problem'; problem: Problem };

export interface SandboxOptions {
  workerUrl: URL;
  workerData: WorkerData;
  workers: number;
  /** Seconds without a batch after which a file counts as hung. */
  timeoutSeconds: number;
  /** JavaScript heap of a worker. */
  memoryMb: number;
}

export interface Sandbox {
  /** Chunks of one file as they come; a batch is read on only when the next is asked for. Throws ReadError. */
  read(job: Job): AsyncGenerator<Chunk[], Prepared | 'unchanged'>;
  close(): Promise<void>;
}

/** Readers run in worker threads: what crashes, hangs or eats memory there costs one file and one thread. */
export function openSandbox(options: SandboxOptions): Sandbox {
  const idle: Thread[] = [];
  const waiting: ((thread: Thread) => void)[] = [];
  let started = 0;

  const start = () => startThread(options);
  const acquire = async (): Promise<Thread> => {
    const thread = idle.pop();
    if (thread) return thread;
    if (started < options.workers) {
      started++;
      return start();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (thread: Thread) => {
    const next = waiting.shift();
    if (next) next(thread);
    else idle.push(thread);
  };

  return {
    async *read(job) {
      let thread = await acquire();
      let finished = false;
      try {
        thread.worker.postMessage({ type: 'job', job } satisfies ToWorker);
        for (;;) {
          const message = await answer(thread, options.timeoutSeconds);
          if (message.type === 'end') {
            finished = true;
            return message.prepared;
          }
          if (message.type === 'problem') {
            finished = true;
            throw new ReadError(message.problem.code, message.problem.reason);
          }
          // Asked for before this batch is looked at: the worker goes on meanwhile, one batch ahead.
          thread.worker.postMessage({ type: 'next' } satisfies ToWorker);
          yield thread.decode(message.batch);
        }
      } finally {
        // Left in the middle: by a crash, by the time limit, or by a caller who has enough.
        if (!finished) {
          await thread.worker.terminate();
          thread = start();
        }
        release(thread);
      }
    },
    async close() {
      await Promise.all(idle.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

interface Thread {
  worker: Worker;
  decode: (batch: WireBatch) => Chunk[];
  /** What came and was not asked for yet: a worker is one batch ahead. */
  inbox: (FromWorker | ReadError)[];
  arrived(): void;
}

function startThread({ workerUrl, workerData, memoryMb }: SandboxOptions): Thread {
  const worker = new Worker(workerUrl, { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  const thread: Thread = { worker, decode: wireDecoder(), inbox: [], arrived: () => {} };
  const receive = (message: FromWorker | ReadError) => {
    thread.inbox.push(message);
    thread.arrived();
  };
  worker.on('message', receive);
  worker.on('error', (error: Error & { code?: string }) =>
    receive(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? new ReadError('memory', `the reader needed more than ${memoryMb} MB`)
        : new ReadError('crashed', `the reader crashed: ${error.message}`),
    ),
  );
  worker.on('exit', () => receive(new ReadError('crashed', 'the reader stopped without an answer')));
  return thread;
}

/** The thread's next message. Throws ReadError if it died or made no progress in time. */
async function answer(thread: Thread, timeoutSeconds: number): Promise<FromWorker> {
  if (thread.inbox.length === 0) {
    let timer: NodeJS.Timeout | undefined;
    const arrival = new Promise<void>((resolve) => {
      thread.arrived = resolve;
    });
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutSeconds * 1000);
    });
    await Promise.race([arrival, late]);
    clearTimeout(timer);
  }
  const message = thread.inbox.shift();
  if (message === undefined) throw new ReadError('timeout', `the reader made no progress for ${timeoutSeconds} s`);
  if (message instanceof ReadError) throw message;
  return message;
}
