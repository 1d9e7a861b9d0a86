import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './format.ts';

/** The copy of SQLite's row, for readers that do without SQLite. */
export const MANIFEST = 'manifest';

const HEAD = 9;
/** Windows refuses to replace a file at the moment at which someone opens it. */
const TRIES = 20;

/** FNV-1a over the text's UTF-16 units: small, and at hand before the kernels are. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Undefined if it is not there or not whole: the row in SQLite is the truth. */
export function readManifest(dir: string): Manifest | undefined {
  try {
    const text = readFileSync(join(dir, MANIFEST), 'utf8');
    const body = text.slice(HEAD);
    return text.slice(0, HEAD) === `${digest(body)}\n` ? (JSON.parse(body) as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the copy in one step. False if the system does not let us: readers then stay with the older state. */
export function writeManifest(dir: string, manifest: Manifest): boolean {
  const body = JSON.stringify(manifest);
  const temporary = join(dir, `${MANIFEST}.new`);
  writeFileSync(temporary, `${digest(body)}\n${body}`);
  for (let i = 0; i < TRIES; i++) {
    try {
      renameSync(temporary, join(dir, MANIFEST));
      return true;
    } catch (error) {
      if (!/^(EPERM|EACCES|EBUSY)$/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    }
  }
  return false;
}
