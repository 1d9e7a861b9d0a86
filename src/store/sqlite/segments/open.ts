import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { damaged } from './damage.ts';
import { readDead } from './dead.ts';
import { deadFile, type Manifest, type Segment, segmentFile } from './format.ts';
import { type Kernel, openKernel } from './kernel.ts';
import { NONE, type Ranges } from './ranges.ts';
import { openVectors, type Vectors } from './rows.ts';

/** A segment whose file is open. */
export interface OpenSegment {
  toc: Segment;
  file: number;
  name: string;
  /** Of its first ordinal, over all segments; a multiple of 64. */
  base: number;
}

/** All files of one manifest, open: what it reads cannot change, whatever a writer does. */
export interface Snapshot {
  manifest: Manifest;
  kernel: Kernel;
  segments: OpenSegment[];
  /** Those with chunks, in the order of their keys. */
  filled: OpenSegment[];
  /** Tables of keys that were read, by segment. */
  keys: Map<number, Uint32Array>;
  /** One more than the largest ordinal over all segments. */
  ordinals: number;
  /** Chunk keys that a search without filter must not return. */
  dead: Ranges;
  vectors: Vectors | undefined;
  close(): void;
}

/** A file of the manifest is not there: merged away by a writer since the manifest was read, or lost. */
export class Gone extends Error {}

export function openFile(dir: string, name: string): number {
  try {
    return openSync(join(dir, name), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Gone(join(dir, name));
    throw error;
  }
}

/** Throws Gone if a file is missing, RagError('verify') if one is damaged. */
export function openSnapshot(dir: string, manifest: Manifest, kernel: Kernel = openKernel()): Snapshot {
  const files: number[] = [];
  const open = (name: string) => {
    const file = openFile(dir, name);
    files.push(file);
    return file;
  };
  const close = () => {
    for (const file of files.splice(0)) closeSync(file);
  };
  try {
    let base = 0;
    const segments = manifest.segments.map((toc): OpenSegment => {
      const segment = { toc, file: open(segmentFile(toc.id)), name: join(dir, segmentFile(toc.id)), base };
      base += (toc.chunks + 63) & ~63;
      return segment;
    });
    const { generation, count } = manifest.dead;
    const dead =
      count === 0 ? NONE : readDead(kernel, open(deadFile(generation)), join(dir, deadFile(generation)), count);
    const vectors = manifest.vectors && openVectors(kernel, dir, manifest.vectors, open);
    const filled = segments.filter(({ toc }) => toc.chunks > 0);
    return { manifest, kernel, segments, filled, keys: new Map(), ordinals: base, dead, vectors, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** For what only concerns segments: their snapshot, without vectors and hidden chunks, as long as `work` takes. */
export function withSegments<T>(dir: string, manifest: Manifest, kernel: Kernel, work: (snapshot: Snapshot) => T): T {
  const { vectors: _, ...rest } = manifest;
  const snapshot = openSnapshot(dir, { ...rest, dead: { generation: 0, count: 0 } }, kernel);
  try {
    return work(snapshot);
  } finally {
    snapshot.close();
  }
}

/** The segment that may hold a chunk key. */
export function segmentOf({ filled }: Snapshot, key: number): OpenSegment | undefined {
  let low = 0;
  let high = filled.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (filled[middle]!.toc.last < key) low = middle + 1;
    else high = middle;
  }
  const found = filled[low];
  return found !== undefined && found.toc.first <= key ? found : undefined;
}

/** Chunk keys by ordinal, where they have gaps. */
export function keysOf(snapshot: Snapshot, segment: OpenSegment): Uint32Array | undefined {
  const { keys, id } = segment.toc;
  if (keys === undefined) return undefined;
  const { kernel } = snapshot;
  const known = snapshot.keys.get(id);
  if (known !== undefined) return known;
  const at = kernel.region('keys', keys.bytes);
  if (!kernel.read(segment.file, keys.at, at, keys.bytes) || kernel.run.checksum(at, keys.bytes) >>> 0 !== keys.sum)
    throw damaged(segment.name, 'its table of keys');
  const values = kernel.u32(at, keys.bytes / 4).slice();
  snapshot.keys.set(id, values);
  return values;
}

/** First ordinal whose key is not before `key`. */
export function ordinalFrom(segment: OpenSegment, keys: Uint32Array | undefined, key: number): number {
  const { first, chunks } = segment.toc;
  if (keys === undefined) return Math.max(0, Math.min(chunks, key - first));
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
