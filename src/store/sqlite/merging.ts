import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MergeJob } from './merge-worker.ts';
import type { Change } from './segments/change.ts';
import { type Manifest, type Segment, segmentFile } from './segments/format.ts';

export interface MergingOptions {
  /** Of the built merge-worker.ts. */
  worker: URL;
  /** Fewer chunks than this are merged sooner than a thread has begun. */
  fewest?: number;
}

/** Merges in a thread of its own while documents go on coming: one at a time, of segments that nobody else merges meanwhile. */
export interface Merging {
  /** Whether one is under way that has not ended. */
  readonly busy: boolean;
  /** Begins with segments [from, to) of the manifest; false if it is not worth a thread, or there is none. */
  begin(manifest: Manifest, group: [from: number, to: number]): boolean;
  /** Waits for the merge under way. Resolves to what puts the new segment in the place of the old ones; undefined if there is none. */
  end(): Promise<((change: Change) => void) | undefined>;
  close(): Promise<void>;
}

const FEWEST = 8192;
/** No manifest names it, so the next writer removes what a kill left of it. */
const UNFINISHED = 'merging.seg';

/** `options` undefined: every merge is left to the caller. */
export function openMerging(dir: string, options: MergingOptions | undefined): Merging {
  const path = join(dir, UNFINISHED);
  let usable = options !== undefined;
  let thread: Worker | undefined;
  let answered: ((segment?: Segment) => void) | undefined;
  let running: { ids: Set<number>; segment: Promise<Segment | undefined>; ended: boolean } | undefined;

  /** Undefined if the thread failed: the same merge on the caller's side then fails in the usual words, or does not. */
  function ask(job: MergeJob): Promise<Segment | undefined> {
    thread ??= started(options!.worker);
    thread.ref();
    thread.postMessage(job);
    return new Promise((resolve) => {
      answered = resolve;
    });
  }

  function started(worker: URL): Worker {
    const made = new Worker(worker);
    const done = (segment?: Segment) => {
      made.unref();
      answered?.(segment);
    };
    return made
      .on('message', done)
      .on('error', () => done())
      .on('exit', () => done());
  }

  return {
    get busy() {
      return running !== undefined && !running.ended;
    },
    begin(manifest, [from, to]) {
      const group = manifest.segments.slice(from, to);
      const chunks = group.reduce((sum, segment) => sum + segment.chunks, 0);
      if (!usable || running !== undefined || chunks < (options?.fewest ?? FEWEST)) return false;
      const begun = { ids: new Set(group.map(({ id }) => id)), ended: false };
      const segment = ask({ dir, manifest, from, to, path }).finally(() => {
        begun.ended = true;
      });
      running = Object.assign(begun, { segment });
      return true;
    },
    async end() {
      if (running === undefined) return undefined;
      const { ids } = running;
      const segment = await running.segment;
      running = undefined;
      if (segment === undefined) {
        usable = false;
        rmSync(path, { force: true });
        return undefined;
      }
      return (change) => {
        const id = change.fresh();
        change.made(segmentFile(id));
        renameSync(path, join(dir, segmentFile(id)));
        change.replace(ids, { ...segment, id });
      };
    },
    async close() {
      await thread?.terminate();
      rmSync(path, { force: true });
    },
  };
}
