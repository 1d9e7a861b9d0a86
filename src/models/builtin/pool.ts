import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { RagError } from '../../errors.ts';
import type { Answer, Engine, Ready, WorkerSettings } from './worker.ts';

export interface PoolOptions {
  /** Folder of e5.bin and e5.wasm. */
  derived: string;
  /** Folder of model.onnx, for onnxruntime-node. */
  vendored: string;
  /** One a core: each computes on one thread. */
  workers: number;
  /** worker.ts as bundled JavaScript. */
  workerUrl: URL;
  /** `auto`, the default, is onnxruntime-node where it can be loaded, else our own encoder. */
  engine?: Engine | 'auto';
}

export interface Pool {
  readonly runtime: string;
  /** Vectors of `count` texts, in order. `idsOf` is called shortly before its text is due. */
  embed(count: number, idsOf: (i: number) => Int32Array, signal?: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}

interface Job {
  ids: Int32Array;
  resolve(vector: Float32Array): void;
  reject(error: unknown): void;
}

interface Worker {
  process: ChildProcess;
  /** Jobs sent and not yet answered, oldest first: a worker answers in order. */
  sent: Job[];
}

/** Jobs a worker has at a time, so that it never waits for the main thread. */
const DEPTH = 4;

/**
 * Processes that turn token ids into vectors, one text at a time, first come first served over all calls. Processes, not
 * threads: onnxruntime-node 1.16 corrupts memory when several threads load it, and dies when one of them is ended.
 * Throws RagError('unavailable') if a worker cannot start. A worker that dies fails all work, then and later.
 */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { engine = 'auto' } = options;
  if (engine !== 'auto') return start(options, engine);
  try {
    return await start(options, 'onnxruntime');
  } catch {
    // No binary for this platform, or the optional dependency was left out.
    return start(options, 'wasm');
  }
}

async function start(options: PoolOptions, engine: Engine): Promise<Pool> {
  const workers = Array.from({ length: Math.max(1, options.workers) }, () => launch(options.workerUrl));
  const waiting: Job[] = [];
  let failure: RagError | undefined;

  function fail(error: RagError): void {
    failure ??= error;
    for (const job of [...workers.flatMap(({ sent }) => sent.splice(0)), ...waiting.splice(0)]) job.reject(failure);
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      const idlest = workers.reduce((a, b) => (b.sent.length < a.sent.length ? b : a));
      if (idlest.sent.length >= DEPTH) return;
      const job = waiting.shift()!;
      idlest.sent.push(job);
      idlest.process.send(job.ids);
    }
  }

  const queue: Queue = {
    window: workers.length * DEPTH,
    push(job) {
      waiting.push(job);
      dispatch();
    },
    withdraw(mine) {
      for (let i = waiting.length; i-- > 0; ) if (mine(waiting[i]!)) waiting.splice(i, 1);
    },
  };

  function settle(worker: Worker, answer: Answer): void {
    const job = worker.sent.shift();
    if ('vector' in answer) job?.resolve(answer.vector);
    else job?.reject(stopped(answer.error));
    dispatch();
  }

  async function close(): Promise<void> {
    fail(new RagError('unavailable', 'the embedder is closed', { zh: '嵌入模型已关闭' }));
    // They hold nothing that could be lost.
    await Promise.all(workers.map(({ process }) => end(process)));
  }

  for (const worker of workers) {
    worker.process.once('exit', (code, signal) => fail(stopped(signal ?? `exit code ${code}`)));
  }
  try {
    const { derived, vendored } = options;
    const settings: WorkerSettings = { engine, derived, vendored };
    const [runtime] = await Promise.all(workers.map(({ process }) => introduce(process, settings)));
    for (const worker of workers) worker.process.on('message', (answer: Answer) => settle(worker, answer));
    return {
      runtime: runtime!,
      async embed(count, idsOf, signal) {
        if (failure !== undefined) throw failure;
        return embedAll(queue, count, idsOf, signal);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function launch(workerUrl: URL): Worker {
  const child = fork(workerUrl, {
    // Flags of this process are not meant for them.
    execArgv: [],
    // Typed arrays as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // A message to a worker that has just died; its exit is what counts.
  child.on('error', () => {});
  return { process: child, sent: [] };
}

/** Resolves with the runtime. */
function introduce(child: ChildProcess, settings: WorkerSettings): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (first: Ready) => {
      if ('runtime' in first) resolve(first.runtime);
      else reject(stopped(first.error));
    });
    child.once('exit', (code, signal) => reject(stopped(signal ?? `exit code ${code}`)));
    child.once('error', (error) => reject(stopped(error.message, error)));
    child.send(settings);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

interface Queue {
  /** Jobs of one call that are under way at a time. */
  window: number;
  push(job: Job): void;
  /** Takes back what no worker has yet. */
  withdraw(mine: (job: Job) => boolean): void;
}

/** One call: keeps `window` of its texts under way, puts the vectors in their places, ends on the first error or the signal. */
function embedAll(queue: Queue, count: number, idsOf: (i: number) => Int32Array, signal?: AbortSignal) {
  return new Promise<Float32Array[]>((resolve, reject) => {
    const vectors = new Array<Float32Array>(count);
    let next = 0;
    let missing = count;
    const end = (error: unknown) => {
      next = count;
      signal?.removeEventListener('abort', abort);
      queue.withdraw((job) => job.reject === end);
      reject(error);
    };
    const abort = () => end(signal?.reason);
    const submit = () => {
      const i = next++;
      const take = (vector: Float32Array) => {
        vectors[i] = vector;
        missing--;
        if (next < count) submit();
        if (missing > 0) return;
        signal?.removeEventListener('abort', abort);
        resolve(vectors);
      };
      queue.push({ ids: idsOf(i), resolve: take, reject: end });
    };
    if (count === 0) return resolve(vectors);
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    while (next < Math.min(count, queue.window)) submit();
  });
}

function stopped(reason: string, cause?: unknown): RagError {
  return new RagError('unavailable', `a worker of the built-in model stopped: ${reason}`, {
    zh: `内置模型的工作进程停止了：${reason}`,
    hint: 'run the same command again: it goes on where it stopped; fewer workers need less memory',
    zhHint: '请重新运行同一命令：会从中断处继续；减少工作进程可节省内存',
    cause,
  });
}
