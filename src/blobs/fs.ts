import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RagError } from '../errors.ts';
import type { Blobs } from './blobs.ts';
import { announced, checked, nameChecked, noBlob } from './checked.ts';

/** Beside the folders of blobs, whose names have two letters. */
const INCOMING = 'incoming';

/** A folder: `ab/abcd…`, each file written beside its place, on the disk before it gets its name. */
export function openFolder(folder: string): Blobs {
  const pathOf = (sha256: string) => join(folder, nameChecked(sha256).slice(0, 2), sha256);
  const incoming = join(folder, INCOMING);

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof RagError) throw cause;
      const { code } = cause as NodeJS.ErrnoException;
      const passing = code === 'ENOSPC' || code === 'EMFILE' || code === 'EIO';
      throw new RagError(passing ? 'unavailable' : 'config', `originals cannot be kept in ${folder} (${code})`, {
        ...{ zh: `无法在 ${folder} 中保存原件（${code}）`, cause },
      });
    }
  }
  const has = async (sha256: string) => (await stat(pathOf(sha256)).catch(() => undefined))?.isFile() === true;

  return {
    place: folder,
    exists: async () => (await stat(incoming).catch(() => undefined))?.isDirectory() === true,
    ready: () => attempt(async () => void (await mkdir(incoming, { recursive: true }))),
    async put(sha256, bytes, content) {
      const path = pathOf(sha256);
      if (await has(sha256)) return false;
      return attempt(async () => {
        const temporary = join(incoming, randomUUID());
        await mkdir(incoming, { recursive: true });
        // Open before anything can fail: a file that is still being opened would come about after it was removed.
        const file = await open(temporary, 'wx');
        try {
          await pipeline(announced(content, sha256, bytes), file.createWriteStream({ flush: true }));
          await mkdir(join(path, '..'), { recursive: true });
          await rename(temporary, path);
        } finally {
          await rm(temporary, { force: true });
        }
        await synced(join(path, '..'));
        return true;
      });
    },
    async get(sha256) {
      const file = await open(pathOf(sha256)).catch((cause) => {
        throw noBlob(sha256, folder, cause);
      });
      return checked(file.createReadStream(), sha256, folder);
    },
    has,
    delete: (sha256) => attempt(() => rm(pathOf(sha256), { force: true })),
    async *list() {
      for (const part of await readdir(folder).catch(() => []))
        if (part.length === 2)
          for (const sha256 of await readdir(join(folder, part))) {
            const stats = await stat(join(folder, part, sha256)).catch(() => undefined);
            if (stats) yield { sha256, bytes: stats.size, modified: stats.mtimeMs };
          }
    },
    async sweep(before) {
      for (const name of await readdir(incoming).catch(() => [])) {
        const stats = await stat(join(incoming, name)).catch(() => undefined);
        if (stats && stats.mtimeMs < before) await rm(join(incoming, name), { force: true });
      }
    },
    async close() {},
  };
}

/** A name is on the disk once its folder is. Windows has no such call. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
