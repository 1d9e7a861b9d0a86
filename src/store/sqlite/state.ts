import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Access, manifestRow } from './access.ts';
import type { Database } from './schema.ts';
import { beginChange, type Change } from './segments/change.ts';
import { damaged } from './segments/damage.ts';
import { type Finder, openFinder } from './segments/find.ts';
import {
  codesFile,
  DEAD,
  deadFile,
  LINK,
  linksFile,
  type Manifest,
  rowsFile,
  segmentFile,
  strideOf,
} from './segments/format.ts';
import { type Kernel, openKernel } from './segments/kernel.ts';
import { MANIFEST, readManifest, writeManifest } from './segments/manifest.ts';
import { openSnapshot, type Snapshot } from './segments/open.ts';

/** The writer's hold on the files: what is committed now, and changes to it. */
export interface State {
  readonly manifest: Manifest;
  readonly kernel: Kernel;
  begin(): Change;
  /** After SQLite's commit: readers see the new state, and what it no longer names is removed. */
  publish(manifest: Manifest): void;
  access: Access;
}

/** The files that a manifest names, with the bytes of each that count. */
function* filesOf(manifest: Manifest): Generator<[name: string, bytes: number]> {
  for (const { id, bytes } of manifest.segments) yield [segmentFile(id), bytes];
  if (manifest.dead.count > 0) yield [deadFile(manifest.dead.generation), manifest.dead.count * DEAD];
  for (const vectors of [manifest.vectors, manifest.shelf?.vectors]) {
    if (vectors === undefined) continue;
    yield [rowsFile(vectors.generation), vectors.slots * strideOf(vectors.dimensions)];
    if (vectors.links > 0) yield [linksFile(vectors.generation), vectors.links * LINK];
    if (vectors.codes) yield [codesFile(vectors.codes.generation), 0];
  }
}

/** `tolerant`: files may be missing, because they are about to be made anew. The caller holds the home's lock. */
export function openState(db: Database, dir: string, tolerant: boolean): State {
  mkdirSync(dir, { recursive: true });
  const kernel = openKernel();
  let manifest = manifestRow(db)!;
  let snapshot: Snapshot | undefined;
  let finder: Finder | undefined;

  if (!tolerant)
    for (const [name, bytes] of filesOf(manifest)) {
      const path = join(dir, name);
      if (!existsSync(path) || statSync(path).size < bytes)
        throw damaged(path, 'the file, or its end, which is missing,');
    }
  // What a killed writer left behind, and a manifest that it could not replace any more.
  removeOthers(dir, manifest);
  const copy = readManifest(dir);
  if (copy?.commit !== manifest.commit || copy.format !== manifest.format) writeManifest(dir, manifest);

  function drop(): void {
    snapshot?.close();
    snapshot = undefined;
    finder = undefined;
  }

  const current = () => (snapshot ??= openSnapshot(dir, manifest));
  return {
    get manifest() {
      return manifest;
    },
    kernel,
    begin: () => beginChange(dir, kernel, manifest),
    publish(next) {
      const old = [...filesOf(manifest)].map(([name]) => name);
      drop();
      manifest = next;
      const kept = new Set([...filesOf(next)].map(([name]) => name));
      // While readers are told the old state, they need its files.
      if (!writeManifest(dir, next)) return;
      for (const name of old) if (!kept.has(name)) remove(join(dir, name));
    },
    access: {
      dir,
      db: () => db,
      snapshot: current,
      finder: () => (finder ??= openFinder(current())),
      close: drop,
    },
  };
}

function removeOthers(dir: string, manifest: Manifest): void {
  const named = new Set([MANIFEST, ...[...filesOf(manifest)].map(([name]) => name)]);
  for (const name of readdirSync(dir)) if (!named.has(name)) remove(join(dir, name));
}

/** Windows keeps a file that a reader holds; the next writer tries again. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!/^(EPERM|EACCES|EBUSY)$/.test(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}
