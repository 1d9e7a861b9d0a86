import { hostname } from 'node:os';
import { RagError } from '../errors.ts';
import type { Io } from '../types.ts';
import { errorOf, type Failure, failureOf, kindOf, PATIENCE, type Patience, pauseAfter } from './failure.ts';
import type { Beat, DeadLetter, Handler, Queue } from './queue.ts';

interface Job {
  name: string;
  id: string;
  data: object;
  added: number;
  tries: number;
  state: 'waiting' | 'active' | 'delayed';
  followers: { io: Pick<Io, 'report'>; ended(result: object): void; failed(failure: Failure): void }[];
}

/** Jobs of this process alone: whoever adds them does them, and they end with it. */
export function openMemory(options: Partial<Patience> = {}): Queue {
  const patience = { ...PATIENCE, ...options };
  const jobs = new Map<string, Job>();
  const dead = new Map<string, DeadLetter>();
  const beats = new Set<Omit<Beat, 'secondsAgo'>>();
  const scheduled = new Map<string, { everySeconds: number; timer: NodeJS.Timeout }>();
  const words = new Map<string, string>();
  const timers = new Set<NodeJS.Timeout>();
  let pump = () => {};

  function add(name: string, id: string, data: object): Job {
    const known = jobs.get(id);
    if (known !== undefined) return known;
    const job: Job = { name, id, data, added: Date.now(), tries: 0, state: 'waiting', followers: [] };
    jobs.set(id, job);
    dead.delete(id);
    queueMicrotask(() => pump());
    return job;
  }

  function later(job: Job, ms: number): void {
    job.state = 'delayed';
    const timer = setTimeout(() => {
      timers.delete(timer);
      job.state = 'waiting';
      pump();
    }, ms);
    timers.add(timer);
  }

  function failed(job: Job, failure: Failure): void {
    const kind = kindOf(failure);
    const again = kind === 'passing' ? Date.now() - job.added < patience.passingMs : kind === 'broken';
    if (again && (kind === 'passing' || job.tries < patience.tries)) {
      later(job, pauseAfter(job.tries, patience));
      return;
    }
    const { id, name, data, tries } = job;
    jobs.delete(id);
    dead.set(id, { id, name, data, reason: failure.message, tries, at: new Date().toISOString() });
    for (const follower of job.followers) follower.failed(failure);
  }

  return {
    place: 'this process',
    async check() {},
    async add(name, id, data) {
      add(name, id, data);
    },
    knows: async (id) => jobs.has(id) || dead.has(id),
    run: (name, id, data, io) =>
      new Promise((resolve, reject) => {
        io.signal.throwIfAborted();
        const job = add(name, id, data);
        job.followers.push({ io, ended: resolve, failed: (failure) => reject(errorOf(failure)) });
        io.signal.addEventListener('abort', () => reject(io.signal.reason), { once: true });
      }),
    async work(handlers: Record<string, Handler>, { concurrency }) {
      const stop = new AbortController();
      const under = new Set<Promise<void>>();
      let open = true;
      const attempt = async (job: Job): Promise<void> => {
        job.state = 'active';
        job.tries++;
        const report: Io['report'] = (event) => {
          for (const { io } of job.followers) io.report(event);
        };
        try {
          const result = await handlers[job.name]!(job.data as never, { report, signal: stop.signal });
          jobs.delete(job.id);
          for (const { ended } of job.followers) ended(result);
        } catch (error) {
          if (stop.signal.aborted) job.state = 'waiting';
          else failed(job, failureOf(error));
        }
      };
      pump = () => {
        for (const job of jobs.values()) {
          if (!open || under.size >= concurrency) return;
          if (job.state !== 'waiting' || !(job.name in handlers)) continue;
          const work = attempt(job).finally(() => {
            under.delete(work);
            pump();
          });
          under.add(work);
        }
      };
      pump();
      return {
        async drain(graceMs) {
          open = false;
          const late = setTimeout(() => stop.abort(), graceMs);
          await Promise.all(under);
          clearTimeout(late);
        },
      };
    },
    async schedule(name, everySeconds) {
      const known = scheduled.get(name);
      if (known?.everySeconds === everySeconds) return;
      clearInterval(known?.timer);
      const fire = () => void add(name, `schedule:${name}`, {});
      scheduled.set(name, { everySeconds, timer: setInterval(fire, everySeconds * 1000) });
      fire();
    },
    async depth() {
      const count = (state: Job['state']) => [...jobs.values()].filter((job) => job.state === state).length;
      return { waiting: count('waiting'), active: count('active'), delayed: count('delayed'), dead: dead.size };
    },
    dead: async () => [...dead.values()].reverse().slice(0, 100),
    async revive() {
      const letters = [...dead.values()];
      for (const { name, id, data } of letters) add(name, id, data);
      return letters.length;
    },
    async bury() {
      const { size } = dead;
      dead.clear();
      return size;
    },
    async announce(role) {
      const beat = { role, host: hostname(), pid: process.pid, since: new Date().toISOString() };
      beats.add(beat);
      return async () => void beats.delete(beat);
    },
    beats: async () => [...beats].map((beat) => ({ ...beat, secondsAgo: 0 })),
    share: async (name, value) => void words.set(name, value),
    shared: async (name) => words.get(name),
    async close() {
      for (const { timer } of scheduled.values()) clearInterval(timer);
      for (const timer of timers) clearTimeout(timer);
      pump = () => {};
      for (const { followers } of jobs.values())
        for (const { failed: tell } of followers) tell(failureOf(new RagError('unavailable', 'the process ends')));
      jobs.clear();
    },
  };
}
