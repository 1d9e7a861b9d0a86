import type { Io } from '../types.ts';

/** Does a job of one name. At least once, so it must be safe to repeat; `signal` says that this process is to end soon. */
export type Handler = (data: never, io: Io) => Promise<object>;

export interface Depth {
  /** Nobody has begun with it; `delayed` waits for its time or for its next try. */
  waiting: number;
  active: number;
  delayed: number;
  /** Set aside. */
  dead: number;
}

/** A job that was tried in vain. It stays until it is tried again or dropped. */
export interface DeadLetter {
  id: string;
  name: string;
  data: object;
  /** One sentence. */
  reason: string;
  tries: number;
  /** ISO time. */
  at: string;
}

/** A process that said not long ago that it is at work. */
export interface Beat {
  role: 'worker' | 'scheduler';
  host: string;
  pid: number;
  /** ISO time of its start. */
  since: string;
  secondsAgo: number;
}

/**
 * Work for other processes. The same id twice is one job as long as it waits or runs; afterwards it is a new one. What fails in passing
 * (`retry` in the table of errors) is tried again until it succeeds or a day has passed; what else breaks is tried some times, further
 * and further apart; then, or at once if no retry can help, it is set aside with its reason. A job whose worker died goes to another.
 * Every driver passes test/contract/queue.ts. Throws RagError('unavailable') where the queue cannot be reached.
 */
export interface Queue {
  /** For messages. */
  readonly place: string;
  /** Throws RagError('config') where jobs could be lost. */
  check(): Promise<void>;
  /** Whether a job of this id waits, runs, or was set aside. */
  knows(id: string): Promise<boolean>;
  add(name: string, id: string, data: object): Promise<void>;
  /** The same; resolves to its result when it has ended, and throws what it failed with. A job that the queue lost is added again. */
  run(name: string, id: string, data: object, io: Io): Promise<object>;
  /** Takes jobs of these names until `drain`. */
  work(handlers: Record<string, Handler>, options: { concurrency: number }): Promise<Working>;
  /** One firing each period, however many processes say so. */
  schedule(name: string, everySeconds: number): Promise<void>;
  depth(): Promise<Depth>;
  /** The newest first, a hundred at most. */
  dead(): Promise<DeadLetter[]>;
  /** Tries all that were set aside again, or drops them; resolves to how many. */
  revive(): Promise<number>;
  bury(): Promise<number>;
  /** Says every few seconds that this process is at work, until what it resolves to is called. */
  announce(role: Beat['role']): Promise<() => Promise<void>>;
  beats(): Promise<Beat[]>;
  /** A word that all processes see. */
  share(name: string, value: string): Promise<void>;
  shared(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Working {
  /** Begins no further job, lets those under way end, and after `graceMs` gives them back. */
  drain(graceMs: number): Promise<void>;
}
