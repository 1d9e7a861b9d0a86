import type { Labels } from '../jobs.ts';
import { sync } from '../pipeline/sync.ts';
import type { Io } from '../types.ts';
import { inputDefaults, syncDeps } from '../wiring.ts';
import { type Call, ioOf } from './call.ts';
import { streamed, wantsStream } from './sse.ts';

/** For another writer: an upload while an ingest runs waits its turn. */
const WAIT_SECONDS = 600;

/** An ingest of files below the home, one at a time: as a whole, or as it goes. */
export async function syncPaths(
  call: Call,
  paths: string[],
  { embed = true, within: _, ...labels }: Labels = {},
): Promise<Response | object> {
  const { context } = call.deps;
  const work = async (io: Io) => {
    const started = performance.now();
    const { store, release } = await context.writer(WAIT_SECONDS);
    try {
      const deps = await syncDeps(context, store, { embed, retokenizing() {} });
      const input = { ...inputDefaults(context), ...labels, paths, cwd: context.root, root: context.root };
      const { counts, coverage, chunks, embedded, bytes, files } = await sync(deps, input, io);
      await (await context.services())?.wrote();
      call.deps.counted('documents', counts.added + counts.updated);
      return {
        ...counts,
        ...{ chunks, embedded, bytes, pending: coverage.chunks - coverage.embedded },
        seconds: Math.round(performance.now() - started) / 1000,
        files: files.filter(({ status }) => status !== 'unchanged'),
      };
    } finally {
      await release();
    }
  };
  return wantsStream(call) ? streamed(call, work) : work(ioOf(call));
}
