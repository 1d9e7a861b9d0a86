import { rmSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Manifest } from './segments/format.ts';
import { openKernel } from './segments/kernel.ts';
import { mergeSegments } from './segments/merge.ts';
import { withSegments } from './segments/open.ts';
import { NONE } from './segments/ranges.ts';

/** Segments [from, to) of the manifest as one file at `path`. */
export interface MergeJob {
  dir: string;
  manifest: Manifest;
  from: number;
  to: number;
  path: string;
}

// One job after the other; each is answered with its segment, or with nothing if it failed.
const kernel = openKernel();
parentPort?.on('message', ({ dir, manifest, from, to, path }: MergeJob) => {
  try {
    rmSync(path, { force: true });
    parentPort!.postMessage(
      withSegments(dir, manifest, kernel, (snapshot) =>
        mergeSegments(snapshot, kernel, snapshot.segments.slice(from, to), NONE, path, 0),
      ),
    );
  } catch {
    parentPort!.postMessage(undefined);
  }
});
