import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type SegmentBuilder, segmentBuilder } from './builder.ts';
import { type DeadEntry, encodeDead } from './dead.ts';
import { fileWriter, syncFolder } from './files.ts';
import { DEAD, deadFile, LINK, linksFile, type Manifest, type Segment, segmentFile } from './format.ts';
import type { Kernel } from './kernel.ts';
import { encodeLinks, linksOf } from './rows.ts';
import { appendRows } from './vectorfiles.ts';

/**
 * What one transaction does to the files. `seal` brings it to the disk, before SQLite commits; nothing that an older manifest
 * names is touched, so an abandoned change leaves only bytes that nothing refers to.
 */
export interface Change {
  /** The manifest to be: counts and facts are set directly. */
  manifest: Manifest;
  /** Receives chunks and documents. */
  readonly segment: SegmentBuilder;
  hide(first: number, last: number): void;
  show(first: number, last: number): void;
  link(chunk: number, slot: number): void;
  /** New vectors get the slots from `manifest.vectors.slots` on; returns the first. */
  append(vectors: Float32Array[]): number;
  /** Puts a segment in the place of some neighbours. */
  replace(ids: ReadonlySet<number>, by: Segment | undefined): void;
  /** Writes the vectors and links so far, before `manifest.vectors` becomes another set. */
  settleVectors(): void;
  /** A number for a new file. */
  fresh(): number;
  /** Notes a file that `abandon` removes. */
  made(name: string): void;
  seal(): Manifest;
  abandon(): void;
}

export function beginChange(dir: string, kernel: Kernel, before: Manifest): Change {
  const manifest = structuredClone(before);
  manifest.commit++;
  const dead: DeadEntry[] = [];
  const links: [number, number][] = [];
  const made: string[] = [];
  let builder: SegmentBuilder | undefined;
  let vectors: Float32Array[] = [];

  const fresh = () => manifest.nextFile++;

  function appendTo(name: string, at: number, bytes: Buffer): void {
    if (at === 0) made.push(name);
    const file = fileWriter(join(dir, name), at === 0 ? 'w' : 'r+', at);
    file.write(bytes);
    file.end();
  }

  function settleVectors(): void {
    const files = manifest.vectors;
    if (files === undefined) return;
    if (vectors.length > 0) appendRows(dir, kernel, manifest, vectors, made);
    vectors = [];
    if (links.length === 0) return;
    const runs = linksOf(links.splice(0));
    appendTo(linksFile(files.generation), files.links * LINK, encodeLinks(kernel, runs));
    files.links += runs.length;
  }

  return {
    manifest,
    get segment() {
      if (builder === undefined) {
        const id = fresh();
        made.push(segmentFile(id));
        builder = segmentBuilder(kernel, join(dir, segmentFile(id)), id);
      }
      return builder;
    },
    hide: (first, last) => void dead.push({ first, last, hidden: true }),
    show: (first, last) => void dead.push({ first, last, hidden: false }),
    link: (chunk, slot) => void links.push([chunk, slot]),
    append(added) {
      manifest.vectors ??= { generation: fresh(), dimensions: added[0]!.length, slots: 0, links: 0 };
      const first = manifest.vectors.slots + vectors.length;
      vectors.push(...added);
      return first;
    },
    replace(ids, by) {
      const at = manifest.segments.findIndex((segment) => ids.has(segment.id));
      const rest = manifest.segments.filter((segment) => !ids.has(segment.id));
      if (by !== undefined) rest.splice(at, 0, by);
      manifest.segments = rest;
    },
    settleVectors,
    fresh,
    made: (name) => void made.push(name),
    seal() {
      const segment = builder?.finish();
      builder = undefined;
      if (segment !== undefined) manifest.segments.push(segment);
      if (dead.length > 0) {
        appendTo(deadFile(manifest.dead.generation), manifest.dead.count * DEAD, encodeDead(kernel, dead));
        manifest.dead.count += dead.length;
      }
      settleVectors();
      if (made.length > 0) syncFolder(dir);
      return manifest;
    },
    abandon() {
      builder?.abandon();
      for (const name of made) rmSync(join(dir, name), { force: true });
    },
  };
}
