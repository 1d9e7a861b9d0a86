import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, lstatSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RagError } from '../errors.ts';
import type { StoreReader } from '../store/store.ts';

export interface Staged {
  /** As it was given. */
  name: string;
  temporary: string;
  sha256: string;
  bytes: number;
}

export interface Placed extends Omit<Staged, 'name'> {
  /** Below the home's folder. */
  path: string;
  mtimeMs?: number;
}

const INCOMING = join('.rag', 'incoming');
/** Every path that an upload made, a JSON string a line: what came from a client may be replaced by one, also after `rag rm`. */
const RECORD = join('.rag', 'uploads.jsonl');

/** What uploads left that were under way when a server died. */
export async function clearStaging(root: string): Promise<void> {
  await rm(join(root, INCOMING), { recursive: true, force: true });
}

/** A folder for the files of one upload, until all of them are there: below `scratch`, or where they need only be moved to their places. */
export async function openStaging(root: string, scratch: string | undefined) {
  const folder = join(scratch ?? join(root, INCOMING), randomUUID());
  await mkdir(folder, { recursive: true });
  let taken = 0;

  return {
    /** Throws RagError('too_large') naming `limit` if the parser cut the file off. */
    async take(name: string, stream: Readable & { truncated?: boolean }, limit: string): Promise<Staged> {
      const temporary = join(folder, String(taken++));
      const hash = createHash('sha256');
      let bytes = 0;
      stream.on('data', (part: Buffer) => {
        hash.update(part);
        bytes += part.length;
      });
      await pipeline(stream, createWriteStream(temporary));
      if (stream.truncated) throw new RagError('too_large', `${name} is over ${limit}`);
      return { name, temporary, bytes, sha256: hash.digest('hex') };
    },

    /** All checks before the first file is moved. Throws RagError('refused') where something else is in the way. */
    async place(files: Placed[], store: StoreReader): Promise<void> {
      for (const file of files) await mayBePlaced(root, file, store);
      const made = files.filter(({ path }) => !existsSync(join(root, path)));
      await appendFile(join(root, RECORD), made.map(({ path }) => `${JSON.stringify(path)}\n`).join(''));
      for (const { temporary, path, mtimeMs } of files) {
        await mkdir(join(root, dirname(path)), { recursive: true });
        if (mtimeMs !== undefined) await utimes(temporary, mtimeMs / 1000, mtimeMs / 1000);
        await rename(temporary, join(root, path));
      }
    },

    end: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * No link on the way, since it may lead out of the home's folder; no folder in its place; and what is there already must be a document
 * of this home, or have come by an upload, or be the same bytes: an upload replaces nothing that was never shown to rag.
 */
async function mayBePlaced(root: string, { path, sha256 }: Placed, store: StoreReader): Promise<void> {
  const parts = path.split('/');
  for (let n = 1; n <= parts.length; n++) {
    const at = parts.slice(0, n).join('/');
    const stats = lstatSync(join(root, at), { throwIfNoEntry: false });
    if (stats === undefined) return;
    const refuse = (why: string) => new RagError('refused', `${path} cannot be placed: ${at} is ${why}`);
    if (stats.isSymbolicLink()) throw refuse('a link');
    if (n < parts.length && !stats.isDirectory()) throw refuse('a file');
    if (n < parts.length) continue;
    if (!stats.isFile()) throw refuse('a folder');
    if (await store.find(path)) return;
    const ours = (await store.stamps()).has(path) || (await wasUploaded(root, path));
    if (!ours && (await digestOf(join(root, path))) !== sha256) throw refuse('there and no document of this home');
  }
}

async function wasUploaded(root: string, path: string): Promise<boolean> {
  const record = await readFile(join(root, RECORD), 'utf8').catch(() => '');
  return record.split('\n').includes(JSON.stringify(path));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
