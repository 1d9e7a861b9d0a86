import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { ReadError } from './reader.ts';

export interface TarMember {
  name: string;
  size: number;
  /** Undefined if it is larger than the limit. */
  content: Uint8Array | undefined;
}

/** Regular files of a tar, in order, one in memory at a time. Throws ReadError where it is damaged or cut off. */
export async function* tarMembers(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): AsyncGenerator<TarMember> {
  const entries = extract();
  const source = Readable.from(slices(pieces));
  source.on('error', (error) => entries.destroy(error));
  source.pipe(entries);
  try {
    for await (const entry of entries) {
      const { name, size = 0, type } = entry.header;
      if (type !== 'file' || size > limit) {
        entry.resume();
        if (type === 'file') yield { name, size, content: undefined };
        continue;
      }
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      yield { name, size, content: Buffer.concat(parts) };
    }
  } catch (error) {
    if (error instanceof ReadError) throw error;
    throw new ReadError('corrupt', 'the tar archive is damaged or cut off', { cause: error });
  } finally {
    source.destroy();
    entries.destroy();
  }
}

/** A file of 100 MB is not one write. */
async function* slices(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const size = 2 ** 18;
  for await (const piece of pieces) for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
}
