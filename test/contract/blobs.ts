import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Blobs } from '../../src/blobs/blobs.ts';

export interface OpenedBlobs {
  blobs: Blobs;
  /** Changes a byte of what is kept, behind the driver's back. */
  damage(sha256: string): Promise<void>;
  close(): Promise<void>;
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
async function* pieces(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What every driver of the port `Blobs` does. */
export function blobsContract(name: string, open: () => Promise<OpenedBlobs>): void {
  describe(`blobs: ${name}`, () => {
    let opened: OpenedBlobs;
    let blobs: Blobs;
    beforeEach(async () => {
      opened = await open();
      blobs = opened.blobs;
      await blobs.ready();
    });
    afterEach(() => opened.close());

    const put = async (bytes: Uint8Array) => {
      const sha256 = digest(bytes);
      return { sha256, fresh: await blobs.put(sha256, bytes.length, pieces(bytes)) };
    };
    const listed = async () => {
      const all = [];
      for await (const one of blobs.list()) all.push(one);
      return all;
    };
    const get = async (sha256: string) => buffer(await blobs.get(sha256));

    it('gives back what was put, of any size, and says what it holds', async () => {
      const sizes = [0, 1, 70_000, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 20 * 2 ** 20 + 7];
      for (const size of sizes) {
        const bytes = randomBytes(size);
        const { sha256, fresh } = await put(bytes);
        expect(fresh).toBe(true);
        expect(await blobs.has(sha256)).toBe(true);
        expect((await get(sha256)).equals(bytes)).toBe(true);
      }
      const all = await listed();
      expect(all.map(({ bytes }) => bytes).sort((a, b) => a - b)).toEqual(sizes);
      for (const { modified } of all) expect(Math.abs(Date.now() - modified)).toBeLessThan(3_600_000);
    });

    it('writes nothing twice, and deletes what is there and what is not', async () => {
      const bytes = Buffer.from('the same words');
      expect((await put(bytes)).fresh).toBe(true);
      let read = false;
      const watched = (async function* () {
        read = true;
        yield bytes;
      })();
      expect(await blobs.put(digest(bytes), bytes.length, watched)).toBe(false);
      expect(read).toBe(false);
      await Promise.all(Array.from({ length: 5 }, () => put(Buffer.from('all at once'))));
      expect(await listed()).toHaveLength(2);
      const sha256 = digest(bytes);
      await blobs.delete(sha256);
      await blobs.delete(sha256);
      expect(await blobs.has(sha256)).toBe(false);
      await expect(blobs.get(sha256)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('keeps nothing that is not what its name says, small or in parts', async () => {
      for (const size of [100, 9 * 2 ** 20]) {
        const bytes = randomBytes(size);
        const wrong = digest(randomBytes(5));
        await expect(blobs.put(wrong, size, pieces(bytes))).rejects.toMatchObject({ code: 'verify' });
        await expect(blobs.put(digest(bytes), size + 1, pieces(bytes))).rejects.toMatchObject({ code: 'verify' });
        const broken = (async function* () {
          yield bytes.subarray(0, size - 1);
          throw new Error('the sender left');
        })();
        await expect(blobs.put(digest(bytes), size, broken)).rejects.toThrow();
        expect(await blobs.has(digest(bytes))).toBe(false);
      }
      expect(await listed()).toEqual([]);
      for (const name of ['', '../../etc/passwd', 'ABC', `${'a'.repeat(63)}/`])
        await expect(blobs.put(name, 0, pieces(Buffer.alloc(0)))).rejects.toMatchObject({ code: 'usage' });
    });

    it('hands out no damaged bytes as whole ones', async () => {
      const { sha256 } = await put(randomBytes(300_000));
      await opened.damage(sha256);
      await expect(get(sha256)).rejects.toMatchObject({ code: 'verify' });
    });

    it('lists more than a page', { timeout: 120_000 }, async () => {
      const names = new Set<string>();
      for (let from = 0; from < 1001; from += 100)
        await Promise.all(
          Array.from({ length: Math.min(100, 1001 - from) }, async (_, i) => {
            names.add((await put(Buffer.from(`number ${from + i}`))).sha256);
          }),
        );
      expect(new Set((await listed()).map(({ sha256 }) => sha256))).toEqual(names);
    });
  });
}
