import type { Put, Store } from '../store/store.ts';
import type { FileReport } from './ingest.ts';

export interface CommitQueue {
  /** `removed`: the source this document was moved from. Resolves early; what was not committed is not reported. */
  add(put: Put, report: FileReport, removed?: string): Promise<void>;
  flush(): Promise<void>;
}

/** One transaction costs a flush of the disk, so small documents share one; none waits longer than this. */
const WAIT_MS = 500;
const FULL = 2048;

export function commitQueue(
  store: Store,
  committed: (put: Put, report: FileReport) => void | Promise<void>,
): CommitQueue {
  let waiting: { put: Put; report: FileReport; removed: string | undefined }[] = [];
  let chunks = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async () => {
    const batch = waiting;
    waiting = [];
    chunks = 0;
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    const removed = batch.flatMap((entry) => entry.removed ?? []);
    await store.put(
      batch.map((entry) => entry.put),
      { removed },
    );
    for (const { put, report } of batch) await committed(put, report);
  };
  const flush = () => {
    writing = writing.then(write);
    return writing;
  };
  return {
    async add(put, report, removed) {
      waiting.push({ put, report, removed });
      chunks += put.chunks.length;
      if (chunks >= FULL) return flush();
      // A failure here is seen by the next add or by the last flush, which wait for the same promise.
      timer ??= setTimeout(() => void flush().catch(() => {}), WAIT_MS);
    },
    flush,
  };
}
