import type { Worker } from 'node:worker_threads';
import type { Chunk } from '../types.ts';
import { ReadError } from './reader.ts';
import type { Job, Reading } from './sandbox.ts';
import type { WireBatch } from './wire.ts';

/** What a task ends with. */
export const LAST = new Set(['end', 'drawn', 'problem']);

/** What came for a file. The names in a batch are learnt when it comes, its chunks made when they are asked for. */
export interface Answer<T = Reading> {
  message: T;
  chunks: (() => Chunk[]) | undefined;
}

/** A file in a thread's hands. */
export interface Task {
  job: Job;
  thread: Thread | undefined;
  /** What came and was not asked for yet: a worker is one batch ahead. */
  inbox: Answer<Reading | ReadError>[];
  arrived(): void;
  /** Resolves when the files before it are done. */
  begun: Promise<void>;
  begin(): void;
}

export interface Thread {
  worker: Worker;
  take: (batch: WireBatch) => () => Chunk[];
  /** Oldest first; the worker is on the first one. */
  tasks: Task[];
  /** It waits until a member is taken: that member must not wait behind it. */
  blocked: boolean;
  /** An image of the first task is being recognised: the time that takes is bounded there, not here. */
  recognising: boolean;
  /** Recognised so far: a sign of life. */
  images: number;
  /** Aborted when the thread ends. */
  ended: AbortController;
}

export function newTask(job: Job): Task {
  const task: Task = {
    ...{ job, thread: undefined, inbox: [] },
    ...{ arrived() {}, begin() {}, begun: Promise.resolve() },
  };
  task.begun = new Promise((resolve) => {
    task.begin = resolve;
  });
  return task;
}

/** The task's next message. Throws ReadError if its thread died or made no progress in time. */
export async function answer(task: Task, timeoutSeconds: number): Promise<Answer> {
  await task.begun;
  while (task.inbox.length === 0) {
    const before = task.thread?.images;
    let timer: NodeJS.Timeout | undefined;
    const arrival = new Promise<void>((resolve) => {
      task.arrived = resolve;
    });
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutSeconds * 1000);
    });
    await Promise.race([arrival, late]);
    clearTimeout(timer);
    const moved = task.thread?.recognising || task.thread?.images !== before;
    if (task.inbox.length === 0 && !moved)
      throw new ReadError('timeout', `the reader made no progress for ${timeoutSeconds} s`);
  }
  const { message, chunks } = task.inbox.shift()!;
  if (message instanceof ReadError) throw message;
  return { message, chunks };
}
