import { basename, resolve } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import type { Io } from '../types.ts';

/** Waits for this much quiet after a change, so that a checkout of 10,000 files is one run, … */
const QUIET_MS = 300;
/** … but no longer than this. */
const LONGEST_MS = 5000;

/**
 * Calls `changed` once, then again after each burst of changes below the paths, never twice at a time. The run itself
 * finds out what changed: that is fast, and nothing can be missed. Resolves when `io.signal` fires.
 */
export async function watch(
  input: { paths: string[]; cwd: string },
  io: Io,
  changed: () => Promise<void>,
): Promise<void> {
  let dirty = true;
  let wake = () => {};
  let last = 0;
  const watcher = watchFiles(
    input.paths.map((path) => resolve(input.cwd, path)),
    {
      ignoreInitial: true,
      ignored: (path) => /^(\.(?!gitignore$|ragignore$|\.?$).*|node_modules)$/.test(basename(path)),
      ignorePermissionErrors: true,
    },
  );
  watcher.on('all', () => {
    dirty = true;
    last = performance.now();
    wake();
  });
  watcher.on('error', (error) => io.report({ type: 'warn', message: `watching: ${(error as Error).message}` }));
  const stopped = new Promise<void>((done) => {
    io.signal.addEventListener('abort', () => done(), { once: true });
  });
  await Promise.race([new Promise<void>((ready) => watcher.once('ready', () => ready())), stopped]);
  while (!io.signal.aborted) {
    if (dirty) {
      const first = performance.now();
      while (performance.now() - last < QUIET_MS && performance.now() - first < LONGEST_MS)
        await new Promise((next) => setTimeout(next, QUIET_MS / 3));
      dirty = false;
      await changed();
      continue;
    }
    await Promise.race([
      new Promise<void>((next) => {
        wake = next;
      }),
      stopped,
    ]);
  }
  await watcher.close();
}
