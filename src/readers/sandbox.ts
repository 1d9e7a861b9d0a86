import { Worker } from 'node:worker_threads';
import { type Ocr, OcrError, type Pixels, type Recognition } from '../ocr/ocr.ts';
import type { Chunk, OcrMode, Prepared, Problem } from '../types.ts';
import { type PageImage, type PageWanted, ReadError } from './reader.ts';
import { answer, LAST, newTask, type Task, type Thread } from './task.ts';
import { type WireBatch, wireDecoder } from './wire.ts';

export interface Job {
  path: string;
  /** Standard input; otherwise the worker reads `path`. */
  bytes?: Uint8Array;
  name: string;
  source: string;
  /** Bytes of the file: small ones may gather in a thread's queue. */
  size?: number;
  /** Containers around it: 0 for a file on the disk. */
  depth: number;
  maxTokens: number;
  allowedTypes: string[];
  passwords: string[];
  /** SHA-256 of the version in the store: equal bytes are not read again. */
  known?: string;
  ocr: OcrMode;
  /** In place of its text: how a page of this PDF looks. */
  draw?: PageWanted;
}

export interface WorkerData {
  tokenizerFile: string;
}

/** A file inside the one that is read, or why it cannot be had. */
export interface Member {
  name: string;
  content: Uint8Array | Problem;
}

/** `next` answers chunks, `taken` a member, `recognised` an image. */
export type ToWorker =
  | { type: 'job'; job: Job }
  | { type: 'next' }
  | { type: 'taken' }
  | { type: 'recognised'; answer: Recognition | Problem };
/** What a file comes to, piece by piece. */
export type Reading =
  | { type: 'chunks'; batch: WireBatch }
  | { type: 'member'; member: Member }
  /** `prepared`: `Prepared` or 'unchanged', as JSON for the reason that chunks are; a short file's only batch comes with it. */
  | { type: 'end'; prepared: string; batch?: WireBatch }
  | { type: 'drawn'; image: PageImage }
  | { type: 'problem'; problem: Problem };
/** The other kind: an image whose text is wanted; the worker sends one and waits. */
export type FromWorker = Reading | { type: 'image'; image: Pixels };

export interface SandboxOptions {
  workerUrl: URL;
  workerData: WorkerData;
  workers: number;
  /** Seconds without a batch after which a file counts as hung. */
  timeoutSeconds: number;
  /** JavaScript heap of a worker. */
  memoryMb: number;
  /** Called when the first image needs it. Without it, nobody asks: jobs say `absent` or `off`. */
  ocr?: () => Promise<Ocr>;
}

export interface Sandbox {
  /** Chunks of one file, and the files in it, as they come; it is read on only when the next is asked for. Throws ReadError. */
  read(job: Job): AsyncGenerator<Chunk[] | Member, Prepared | 'unchanged'>;
  /** A page of a PDF as an image. Throws ReadError. */
  draw(job: Job & { draw: PageWanted }): Promise<PageImage>;
  close(): Promise<void>;
}

/** Files a worker has at a time, so that it need not wait for the main thread between two. */
const DEPTH = 4;
/** As many more small ones as a worker reads while the main thread writes a commit: together no larger than this. */
const SMALL_FILES = 32;
const SMALL_BYTES = 512 * 1024;

/** Of a worker's heap: four times as much costs 8 % less time and 130 MB more on a mailbox of 300 MB (test/bench/large.mjs). */
const YOUNG_MB = 16;

/** Readers run in worker threads: what crashes, hangs or eats memory there costs one file and one thread. */
export function openSandbox(options: SandboxOptions): Sandbox {
  const threads: Thread[] = [];
  const waiting: (() => void)[] = [];
  let closed = false;

  function start(): Thread {
    const { workerUrl, workerData, memoryMb } = options;
    const resourceLimits = { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: YOUNG_MB };
    const worker = new Worker(workerUrl, { workerData, resourceLimits });
    const thread: Thread = {
      ...{ worker, take: wireDecoder(), tasks: [], blocked: false },
      ...{ recognising: false, images: 0, ended: new AbortController() },
    };
    const receive = (message: Reading | ReadError) => {
      const task = thread.tasks[0];
      const chunks = 'batch' in message && message.batch ? thread.take(message.batch) : undefined;
      task?.inbox.push({ message, chunks });
      task?.arrived();
    };
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'image') return void recognise(thread, message.image);
      receive(message);
      if (LAST.has(message.type)) advance(thread);
    });
    worker.on('error', (error: Error & { code?: string }) =>
      receive(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new ReadError('memory', `the reader needed more than ${memoryMb} MB`)
          : new ReadError('crashed', `the reader crashed: ${error.message}`),
      ),
    );
    worker.on('exit', () => receive(new ReadError('crashed', 'the reader stopped without an answer')));
    threads.push(thread);
    return thread;
  }

  async function recognise(thread: Thread, image: Pixels): Promise<void> {
    const reply = (answer: Recognition | Problem) =>
      thread.worker.postMessage({ type: 'recognised', answer } satisfies ToWorker);
    thread.recognising = true;
    try {
      const ocr = await options.ocr!();
      reply(await ocr.recognise(image, thread.ended.signal));
    } catch (error) {
      if (!thread.ended.signal.aborted) reply(problemOf(error));
    } finally {
      thread.recognising = false;
      thread.images++;
    }
  }

  /** The first task is done: the next one's time begins, and there is room for another. */
  function advance(thread: Thread): void {
    thread.tasks.shift();
    thread.tasks[0]?.begin();
    // Started while others were blocked, and no longer needed.
    const surplus = threads.filter(({ blocked }) => !blocked).length > options.workers;
    if (surplus && thread.tasks.length === 0) {
      threads.splice(threads.indexOf(thread), 1);
      void terminate(thread);
    }
    waiting.shift()?.();
  }

  async function place(task: Task): Promise<void> {
    for (;;) {
      const free = threads.filter((thread) => !thread.blocked).sort((a, b) => a.tasks.length - b.tasks.length);
      const least = free[0];
      const wanted = least === undefined || (least.tasks.length > 0 && free.length < options.workers);
      if (wanted) return assign(start(), task);
      if (least.tasks.length < DEPTH || hasRoom(least, task.job)) return assign(least, task);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function assign(thread: Thread, task: Task): void {
    task.thread = thread;
    thread.tasks.push(task);
    thread.worker.postMessage({ type: 'job', job: task.job } satisfies ToWorker);
    if (thread.tasks.length === 1) task.begin();
  }

  /** Ends the thread that is on `task`; what waited behind it goes to a new one. */
  async function abandon(task: Task): Promise<void> {
    const { thread } = task;
    if (thread === undefined) return;
    threads.splice(threads.indexOf(thread), 1);
    const rest = thread.tasks.filter((other) => other !== task);
    thread.tasks = [];
    if (rest.length > 0 && !closed) {
      const next = start();
      for (const other of rest) assign(next, other);
    }
    waiting.shift()?.();
    await terminate(thread);
  }

  return {
    async *read(job) {
      const task = newTask(job);
      await place(task);
      let finished = false;
      try {
        for (;;) {
          const { message, chunks } = await answer(task, options.timeoutSeconds);
          finished = LAST.has(message.type);
          if (message.type === 'end') {
            if (chunks) yield chunks();
            return JSON.parse(message.prepared) as Prepared | 'unchanged';
          }
          if (message.type === 'problem') throw new ReadError(message.problem.code, message.problem.reason);
          if (message.type === 'drawn') throw new ReadError('crashed', 'the reader drew what it was to read');
          const thread = task.thread!;
          const { worker } = thread;
          if (message.type === 'member') {
            thread.blocked = true;
            yield message.member;
            thread.blocked = false;
            worker.postMessage({ type: 'taken' } satisfies ToWorker);
            continue;
          }
          // Asked for before this batch is looked at: the worker goes on meanwhile.
          worker.postMessage({ type: 'next' } satisfies ToWorker);
          yield chunks!();
        }
      } finally {
        // Left in the middle: by a crash, by the time limit, or by a caller who has enough.
        if (!finished) await abandon(task);
      }
    },
    async draw(job) {
      const task = newTask(job);
      await place(task);
      let message: Reading | undefined;
      try {
        ({ message } = await answer(task, options.timeoutSeconds));
        if (message.type === 'drawn') return message.image;
        if (message.type === 'problem') throw new ReadError(message.problem.code, message.problem.reason);
        throw new ReadError('crashed', 'the reader read what it was to draw');
      } finally {
        if (message === undefined || !LAST.has(message.type)) await abandon(task);
      }
    },
    async close() {
      closed = true;
      await Promise.all(threads.splice(0).map(terminate));
    },
  };
}

function hasRoom({ tasks }: Thread, job: Job): boolean {
  const bytes = [job, ...tasks.map((task) => task.job)].reduce((sum, { size = SMALL_BYTES }) => sum + size, 0);
  return tasks.length < SMALL_FILES && bytes <= SMALL_BYTES;
}

async function terminate({ worker, ended }: Thread): Promise<void> {
  ended.abort();
  await worker.terminate();
}

function problemOf(error: unknown): Problem {
  if (error instanceof OcrError) return error.problem;
  return { code: 'crashed', reason: `text recognition failed: ${(error as Error).message}` };
}
