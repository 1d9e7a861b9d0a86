import { Worker } from 'node:worker_threads';
import { RagError } from '../../errors.ts';
import { closeAndWait, close as closeGate, newGate } from './gate.ts';
import { importOnnxruntime } from './onnx.ts';
import type { Answer, Engine, WorkerSettings } from './worker.ts';

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

interface Thread {
  worker: Worker;
  /** Jobs sent and not yet answered, oldest first: a worker answers in order. */
  sent: Job[];
}

/** Jobs a worker has at a time, so that it never waits for the main thread. */
const DEPTH = 4;
/** Longest wait for workers inside native code when the process exits without close(). */
const EXIT_MS = 2_000;

/**
 * Worker threads that turn token ids into vectors, one text at a time, first come first served over all calls.
 * Throws RagError('unavailable') if a worker cannot start. A worker that dies fails all work, then and later.
 */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { derived, vendored, workers, workerUrl } = options;
  const engine = await chooseEngine(options.engine ?? 'auto');
  const gate = newGate(Math.max(1, workers));
  const settings: WorkerSettings = { derived, vendored, engine, gate };
  const beforeExit = () => closeAndWait(gate, EXIT_MS);
  process.once('exit', beforeExit);
  const threads: Thread[] = Array.from({ length: Math.max(1, workers) }, () => ({
    worker: new Worker(workerUrl, { workerData: settings }),
    sent: [],
  }));
  const exits = threads.map(({ worker }) => new Promise((resolve) => worker.once('exit', resolve)));
  const waiting: Job[] = [];
  let failure: RagError | undefined;

  function fail(error: RagError): void {
    failure ??= error;
    for (const job of [...threads.flatMap(({ sent }) => sent.splice(0)), ...waiting.splice(0)]) job.reject(failure);
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      const idlest = threads.reduce((a, b) => (b.sent.length < a.sent.length ? b : a));
      if (idlest.sent.length >= DEPTH) return;
      const job = waiting.shift()!;
      idlest.sent.push(job);
      idlest.worker.postMessage(job.ids);
    }
  }

  const queue: Queue = {
    window: threads.length * DEPTH,
    push(job) {
      waiting.push(job);
      dispatch();
    },
    withdraw(mine) {
      for (let i = waiting.length; i-- > 0; ) if (mine(waiting[i]!)) waiting.splice(i, 1);
    },
  };

  function settle(thread: Thread, answer: Answer): void {
    const job = thread.sent.shift();
    if ('vector' in answer) job?.resolve(answer.vector);
    else job?.reject(stopped(answer.error));
    dispatch();
  }

  async function close(): Promise<void> {
    fail(new RagError('unavailable', 'the embedder is closed', { zh: '嵌入模型已关闭' }));
    // Not terminate(): see gate.ts.
    closeGate(gate);
    for (const { worker } of threads) worker.postMessage('close');
    await Promise.all(exits);
    process.off('exit', beforeExit);
  }

  for (const { worker } of threads) {
    worker.once('error', (error) => fail(stopped(error.message, error)));
    worker.once('exit', (code) => fail(stopped(`exit code ${code}`)));
  }
  try {
    const [runtime] = await Promise.all(threads.map(({ worker }) => runtimeOf(worker)));
    for (const thread of threads) thread.worker.on('message', (answer: Answer) => settle(thread, answer));
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

/**
 * Loads the native library on this thread too, though only workers compute: once the last thread that holds it has ended,
 * Node cannot load it again ("Module did not self-register").
 */
async function chooseEngine(wanted: Engine | 'auto'): Promise<Engine> {
  if (wanted === 'wasm') return 'wasm';
  try {
    await importOnnxruntime();
    return 'onnxruntime';
  } catch (error) {
    // No binary for this platform, or the optional dependency was left out.
    if (wanted === 'auto') return 'wasm';
    throw stopped(String(error), error);
  }
}

/** The first message of a worker says what computes in it. */
function runtimeOf(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('message', (first: { runtime: string } | { error: string }) => {
      if ('runtime' in first) resolve(first.runtime);
      else reject(stopped(first.error));
    });
    worker.once('error', (error) => reject(stopped(error.message, error)));
    worker.once('exit', (code) => reject(stopped(`exit code ${code}`)));
  });
}

function stopped(reason: string, cause?: unknown): RagError {
  return new RagError('unavailable', `a worker thread of the built-in model stopped: ${reason}`, {
    zh: `内置模型的工作线程停止了：${reason}`,
    hint: 'run the same command again: it goes on where it stopped; fewer workers need less memory',
    cause,
  });
}
