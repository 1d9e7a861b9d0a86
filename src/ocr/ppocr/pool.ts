import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Ocr, OcrError, type Pixels, type Recognition } from '../ocr.ts';
import type { Answer, WorkerSettings } from './worker.ts';

export interface PoolOptions {
  /** Folder of the networks and the alphabet. */
  models: string;
  /** worker.ts as bundled JavaScript. */
  workerUrl: URL;
  /** Child processes at most. */
  workers: number;
  /** Cores that each of them computes on. */
  threads: number;
  /** Seconds that one image may take. */
  timeoutSeconds: number;
}

interface Job {
  image: Pixels;
  resolve(recognition: Recognition): void;
  reject(error: unknown): void;
}

interface Child {
  process: ChildProcess;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
  ready: boolean;
}

/** After this time without work a child is ended: what it holds may be needed for embedding. */
const IDLE_MS = 5000;
/**
 * For glibc, which otherwise keeps what tensors leave: blocks of 8 MB and more go back to the system at once, the others share one
 * arena. Smaller blocks are given back at a cost: at 1 MB a page takes several times as long.
 */
const GLIBC = ['MALLOC_ARENA_MAX=1', `MALLOC_MMAP_THRESHOLD_=${8 << 20}`, `MALLOC_TRIM_THRESHOLD_=${64 << 20}`];
const ENV = '/usr/bin/env';

/**
 * PP-OCRv4 in child processes, started when the first image comes. Processes, not threads: onnxruntime-node 1.16 corrupts memory when
 * several threads load it. A child that crashes or takes too long costs the image it was on; the next image gets a new one.
 */
export function openPpocr(options: PoolOptions): Ocr {
  const children: Child[] = [];
  const waiting: Job[] = [];

  function dispatch(): void {
    while (waiting.length > 0) {
      const free = children.find(({ job }) => job === undefined);
      if (free === undefined && children.length >= options.workers) return;
      begin(free ?? launch(), waiting.shift()!);
    }
  }

  function launch(): Child {
    const process = fork(options.workerUrl, {
      ...launcher(),
      // Typed arrays as they are.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child: Child = { process, job: undefined, timer: undefined, ready: false };
    children.push(child);
    process.on('message', (answer: Answer) => receive(child, answer));
    process.once('exit', (code, signal) => {
      drop(child, new OcrError('crashed', `text recognition stopped: ${signal ?? `exit code ${code}`}`));
    });
    process.on('error', (error) => {
      drop(child, cannotStart(error.message));
    });
    process.send({ models: options.models, threads: options.threads } satisfies WorkerSettings);
    return child;
  }

  function begin(child: Child, job: Job): void {
    child.job = job;
    clearTimeout(child.timer);
    child.timer = setTimeout(
      () => drop(child, new OcrError('timeout', `text recognition took more than ${options.timeoutSeconds} s`)),
      options.timeoutSeconds * 1000,
    );
    child.process.ref();
    child.process.channel?.ref();
    child.process.send(job.image, () => {});
  }

  function receive(child: Child, answer: Answer): void {
    if ('ready' in answer) {
      child.ready = true;
      return;
    }
    if (!child.ready && 'error' in answer) {
      drop(child, cannotStart(answer.error));
      return;
    }
    const { job } = child;
    child.job = undefined;
    rest(child);
    if ('recognition' in answer) job?.resolve(answer.recognition);
    else if ('error' in answer) job?.reject(new OcrError('crashed', `text recognition failed: ${answer.error}`));
    dispatch();
  }

  /** Nothing keeps the program alive for a child that has nothing to do. */
  function rest(child: Child): void {
    clearTimeout(child.timer);
    child.timer = setTimeout(() => drop(child, undefined), IDLE_MS).unref();
    child.process.unref();
    child.process.channel?.unref();
  }

  function drop(child: Child, error: unknown): void {
    const at = children.indexOf(child);
    if (at < 0) return;
    children.splice(at, 1);
    clearTimeout(child.timer);
    // They hold nothing that could be lost.
    child.process.kill('SIGKILL');
    child.job?.reject(error);
    dispatch();
  }

  return {
    id: 'PP-OCRv4',
    recognise(image, signal) {
      return new Promise<Recognition>((resolve, reject) => {
        const abort = () => {
          const at = waiting.indexOf(job);
          if (at >= 0) waiting.splice(at, 1);
          const child = children.find((candidate) => candidate.job === job);
          if (child !== undefined) drop(child, signal?.reason);
          else job.reject(signal?.reason);
        };
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            signal?.removeEventListener('abort', abort);
            settle(value);
          };
        const job: Job = { image, resolve: settled(resolve), reject: settled(reject) };
        if (signal?.aborted) return reject(signal.reason);
        signal?.addEventListener('abort', abort);
        waiting.push(job);
        dispatch();
      });
    },
    async close() {
      const error = new OcrError('crashed', 'text recognition is closed');
      for (const job of waiting.splice(0)) job.reject(error);
      for (const child of [...children]) drop(child, error);
    },
  };
}

function cannotStart(reason: string): OcrError {
  return new OcrError('unsupported', `text recognition cannot start here: ${reason}`);
}

/** How a child is started. `env` adds to the variables it inherits and becomes the child: process id and channel stay the same. */
function launcher(): { execPath?: string; execArgv: string[] } {
  // Flags of this process are not meant for it.
  const flags = ['--expose-gc'];
  if (process.platform !== 'linux' || !existsSync(ENV)) return { execArgv: flags };
  return { execPath: ENV, execArgv: [...GLIBC, process.execPath, ...flags] };
}
