import { createReadStream } from 'node:fs';
import { RagError } from '../errors.ts';
import { type IngestDone, type IngestJob, ingestId, type Labels, NOTHING } from '../jobs.ts';
import { pace } from '../pipeline/progress.ts';
import type { Services } from '../services.ts';
import type { Io } from '../types.ts';
import { type Call, ioOf, withStore } from './call.ts';
import { streamed, wantsStream } from './sse.ts';
import type { Placed } from './staging.ts';

/** Files that are sent to the object store at once. */
const PUTS = 4;

/** Bytes first, then the rows that name them. */
export async function keepOriginals({ blobs, register }: Services, files: Placed[], labels: Labels): Promise<void> {
  /** Opened when it is read: what is there already is not. */
  async function* content({ temporary }: Placed): AsyncGenerator<Uint8Array> {
    yield* createReadStream(temporary);
  }
  const put = (file: Placed) => blobs.put(file.sha256, file.bytes, content(file));
  const queue = files.values();
  const sender = async () => {
    for (const file of queue) await put(file);
  };
  await Promise.all(Array.from({ length: PUTS }, sender));
  const lost = new Set((await register.record(jobsOf(files, labels))).map(({ sha256 }) => sha256));
  for (const file of files) if (lost.has(file.sha256)) await put(file);
}

export function jobsOf(files: Placed[], labels: Labels): IngestJob[] {
  return files.map(({ path, sha256, bytes, mtimeMs = 0 }) => ({ source: path, sha256, bytes, mtimeMs, labels }));
}

/** A file that broke every worker which took it is one file's failure; the others are in. */
function setAside({ source }: IngestJob, report: Io['report']) {
  return (error: unknown): IngestDone => {
    if (!(error instanceof RagError) || error.code !== 'unreadable') throw error;
    const failed = { source, status: 'failed', code: 'crashed', reason: error.message } as const;
    report({ type: 'file', ...failed });
    return { ...NOTHING, counts: { ...NOTHING.counts, failed: 1 }, files: [failed] };
  };
}

/** Adds a job for each file and waits for the ends of all: as a whole, or as it goes. */
export async function queueFiles(call: Call, services: Services, files: Placed[], labels: Labels) {
  const work = async (io: Io) => {
    const started = performance.now();
    if (!(await services.queue.beats()).some(({ role }) => role === 'worker'))
      io.report({ type: 'note', message: 'no worker is at work: the files are kept, and wait for one' });
    const progress = pace(io, 'files');
    progress.total(
      files.length,
      files.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    // Many jobs would each tell how far they are; what is told is how many have ended.
    const report: Io['report'] = (event) => {
      if (event.type !== 'progress' && event.type !== 'scan') io.report(event);
    };
    const done = await Promise.all(
      jobsOf(files, labels).map(async (job) => {
        const result = await services.queue
          .run('ingest', ingestId(job), job, { ...io, report })
          .then((done) => done as IngestDone, setAside(job, report));
        progress.file(job.bytes, result.chunks, 0);
        return result;
      }),
    );
    progress.end();
    const sum = (number: (one: IngestDone) => number) => done.reduce((total, one) => total + number(one), 0);
    const statuses = Object.keys(done[0]!.counts) as (keyof IngestDone['counts'])[];
    const counts = Object.fromEntries(statuses.map((status) => [status, sum((one) => one.counts[status])]));
    await services.wrote();
    const coverage = await withStore(call.deps, (store) => store.coverage());
    call.deps.counted('documents', counts.added! + counts.updated!);
    return {
      ...counts,
      ...{ chunks: sum((one) => one.chunks), embedded: sum((one) => one.embedded), bytes: sum((one) => one.bytes) },
      pending: coverage.chunks - coverage.embedded,
      seconds: Math.round(performance.now() - started) / 1000,
      files: done.flatMap((one) => one.files).filter(({ status }) => status !== 'unchanged'),
    };
  };
  return wantsStream(call) ? streamed(call, work) : work(ioOf(call));
}
