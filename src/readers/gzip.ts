import { createGunzip } from 'node:zlib';
import { ReadError } from './reader.ts';

/** Text packs 3–20 : 1, zeros 1000 : 1. */
const MAX_RATIO = 400;
const RATIO_FREE = 32 * 2 ** 20;
const TAR_HEAD = 512;

export interface Unpacked {
  /** The first 512 bytes, or all if there are fewer. */
  start: Uint8Array;
  /** Everything from the beginning, in bounded memory. Throws ReadError. */
  rest: AsyncIterable<Uint8Array>;
}

export async function gunzip(bytes: Uint8Array): Promise<Unpacked> {
  const pieces = unpack(bytes);
  const held: Uint8Array[] = [];
  let length = 0;
  while (length < TAR_HEAD) {
    const { done, value } = await pieces.next();
    if (done) break;
    held.push(value);
    length += value.length;
  }
  return {
    start: Buffer.concat(held).subarray(0, TAR_HEAD),
    rest: (async function* () {
      yield* held;
      yield* pieces;
    })(),
  };
}

async function* unpack(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: 2 ** 18 });
  stream.end(bytes);
  let produced = 0;
  try {
    for await (const piece of stream) {
      produced += (piece as Uint8Array).length;
      if (produced > RATIO_FREE && produced > MAX_RATIO * bytes.length)
        throw new ReadError('too_large', `unpacks to more than ${MAX_RATIO} times its size`);
      yield piece as Uint8Array;
    }
  } catch (error) {
    if (error instanceof ReadError) throw error;
    throw new ReadError('corrupt', 'the packed data is damaged or cut off', { cause: error });
  } finally {
    stream.destroy();
  }
}

/** POSIX and GNU tar name themselves; older ones are told by their checksum. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < TAR_HEAD) return false;
  const stored = Number.parseInt(Buffer.from(head.subarray(148, 156)).toString('latin1').replaceAll('\0', ' '), 8);
  let sum = 8 * 32;
  for (const [at, byte] of head.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum === stored && head[0] !== 0;
}
