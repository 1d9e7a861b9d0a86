import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { guarded } from './guard.ts';
import type { Reader } from './reader.ts';
import { sniff } from './sniff.ts';

/** Files up to here are read whole. */
const WHOLE = 48 * 2 ** 20;
const PIECE = 2 ** 20;
const HEAD = 2 ** 16;

/** A file that is not held in memory. */
export interface LargeFile {
  type: string;
  /** SHA-256 of all its bytes, hex. */
  digest: string;
  read: Reader;
}

/** A large file of a type that can be read piece by piece, a mailbox; undefined for others, which must be read whole. */
export async function largeFile(path: string, name: string): Promise<LargeFile | undefined> {
  if (statSync(path).size <= WHOLE) return undefined;
  const [head] = pieces(path, HEAD);
  if (head === undefined || sniff(head, name) !== 'mbox') return undefined;
  const hash = createHash('sha256');
  for (const piece of pieces(path, PIECE)) hash.update(piece);
  const { readMessages } = await import('./mail.ts');
  return {
    type: 'mbox',
    digest: hash.digest('hex'),
    read: guarded((_, options) => readMessages(pieces(path, PIECE), options)),
  };
}

/** The bytes of a file, always in the same memory: a piece is good until the next is asked for. */
function* pieces(path: string, size: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafeSlow(size);
    for (;;) {
      const length = readSync(file, piece, 0, size, null);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
