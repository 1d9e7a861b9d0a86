import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Blobs } from '../blobs/blobs.ts';
import { lastName } from './folder.ts';
import type { Held, Originals } from './originals.ts';
import type { Register } from './register.ts';

/** Originals fetched and kept for the next page of them: at most this many bytes that nobody holds. */
const KEPT_BYTES = 512 * 2 ** 20;

interface Copy {
  path: Promise<string>;
  bytes: number;
  holders: number;
}

/**
 * Originals of a server home: bytes out of `Blobs`, copied into a scratch folder while somebody reads them. What the register does not
 * name is looked for in `elsewhere`.
 */
export function storedOriginals(
  register: Pick<Register, 'find'>,
  blobs: Blobs,
  scratch: () => Promise<string>,
  elsewhere: Originals,
): Originals {
  /** By digest, the longest unused first. */
  const copies = new Map<string, Copy>();

  async function fetched(sha256: string): Promise<string> {
    const folder = join(await scratch(), 'originals');
    const path = join(folder, sha256);
    await mkdir(folder, { recursive: true });
    await pipeline(await blobs.get(sha256), createWriteStream(`${path}.part`));
    await rename(`${path}.part`, path);
    return path;
  }

  async function trim(): Promise<void> {
    let kept = [...copies.values()].reduce((sum, { bytes, holders }) => sum + (holders === 0 ? bytes : 0), 0);
    for (const [sha256, copy] of copies) {
      if (kept <= KEPT_BYTES) return;
      if (copy.holders > 0) continue;
      copies.delete(sha256);
      kept -= copy.bytes;
      await rm(await copy.path, { force: true });
    }
  }

  async function copyOf(sha256: string): Promise<Pick<Held, 'path' | 'release'>> {
    const known = copies.get(sha256);
    // Cleaners of temporary folders take what was not used for days.
    const usable = known !== undefined && (known.holders > 0 || existsSync(await known.path));
    const copy: Copy = usable ? known : { path: fetched(sha256), bytes: 0, holders: 0 };
    copies.delete(sha256);
    copies.set(sha256, copy);
    copy.holders++;
    const release = () => {
      copy.holders--;
      void trim().catch(() => {});
    };
    try {
      const path = await copy.path;
      copy.bytes = (await stat(path)).size;
      return { path, release };
    } catch (error) {
      if (copies.get(sha256) === copy) copies.delete(sha256);
      throw error;
    }
  }

  return {
    async hold(source) {
      const parts = source.split('!/');
      for (let n = 1; n <= parts.length; n++) {
        const outer = parts.slice(0, n).join('!/');
        const entry = await register.find(outer);
        if (entry === undefined) continue;
        return { ...(await copyOf(entry.sha256)), name: lastName(outer), members: parts.slice(n) };
      }
      return elsewhere.hold(source);
    },
  };
}
