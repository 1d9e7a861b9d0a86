import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './format.ts';

/** The copy of SQLite's row, for readers that do without SQLite. */
export const MANIFEST = 'manifest';

const HEAD = 9;
const TRIES = 3;

/** FNV-1a over the text's UTF-16 units: small, and at hand before the kernels are. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Undefined if it is not there or not whole: the row in SQLite is the truth. */
export function readManifest(dir: string): Manifest | undefined {
  // The writer may be in the middle of it.
  for (let i = 0; i < TRIES; i++) {
    try {
      const text = readFileSync(join(dir, MANIFEST), 'utf8');
      const body = text.slice(HEAD).trimEnd();
      if (text.slice(0, HEAD) === `${digest(body)}\n`) return JSON.parse(body) as Manifest;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/**
 * Writes over the copy: a rename would be one step, but has the system write the file to the disk at once, which costs as much as the
 * commit. What a reader finds half written has the wrong digest. False if the system does not let us: readers then stay with the
 * older state.
 */
export function writeManifest(dir: string, manifest: Manifest): boolean {
  const body = JSON.stringify(manifest);
  const bytes = Buffer.from(`${digest(body)}\n${body}`);
  try {
    const file = openSync(join(dir, MANIFEST), constants.O_RDWR | constants.O_CREAT);
    try {
      const before = fstatSync(file).size;
      // Spaces over the rest of a longer one, in the same call: one that is cut off afterwards would be seen with two ends.
      const whole = Buffer.alloc(Math.max(before, bytes.length), ' ');
      bytes.copy(whole);
      writeSync(file, whole, 0, whole.length, 0);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if (!/^(EPERM|EACCES|EBUSY)$/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    return false;
  }
}
