import { Worker } from 'node:worker_threads';
import type { Prepared } from '../pipeline/prepare.ts';
import type { Chunk, Problem } from '../types.ts';
import { ReadError } from './reader.ts';

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
  | { type: 'chunks'; chunks: Chunk[] }
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
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  let started = 0;

  const start = () => {
    const worker = new Worker(options.workerUrl, {
      workerData: options.workerData,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    });
    // What happens to an idle worker is noticed by its next job.
    return worker.on('error', () => {});
  };
  const acquire = async (): Promise<Worker> => {
    const worker = idle.pop();
    if (worker) return worker;
    if (started < options.workers) {
      started++;
      return start();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (worker: Worker) => {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  };

  return {
    async *read(job) {
      let worker = await acquire();
      let finished = false;
      try {
        worker.postMessage({ type: 'job', job } satisfies ToWorker);
        for (;;) {
          const message = await answer(worker, options);
          if (message.type === 'end') {
            finished = true;
            return message.prepared;
          }
          if (message.type === 'problem') {
            finished = true;
            throw new ReadError(message.problem.code, message.problem.reason);
          }
          yield message.chunks;
          worker.postMessage({ type: 'next' } satisfies ToWorker);
        }
      } finally {
        // Left in the middle: by a crash, by the time limit, or by a caller who has enough.
        if (!finished) {
          await worker.terminate();
          worker = start();
        }
        release(worker);
      }
    },
    async close() {
      await Promise.all(idle.splice(0).map((worker) => worker.terminate()));
    },
  };
}

function answer(worker: Worker, options: SandboxOptions): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const fail = (code: Problem['code'], reason: string) => {
      done();
      reject(new ReadError(code, reason));
    };
    const timer = setTimeout(
      () => fail('timeout', `the reader made no progress for ${options.timeoutSeconds} s`),
      options.timeoutSeconds * 1000,
    );
    const onMessage = (message: FromWorker) => {
      done();
      resolve(message);
    };
    const onError = (error: Error & { code?: string }) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? fail('memory', `the reader needed more than ${options.memoryMb} MB`)
        : fail('crashed', `the reader crashed: ${error.message}`);
    const onExit = () => fail('crashed', 'the reader stopped without an answer');
    const done = () => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
