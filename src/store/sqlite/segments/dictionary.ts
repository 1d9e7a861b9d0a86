/** A block's head: its checksum (u32) and where its first list stands (f64, from the start of the file). */
export const BLOCK_HEAD = 12;

/** A term in one segment: `place` is where its list stands in the file. */
export interface Entry {
  df: number;
  bytes: number;
  /** Largest impact of a posting, 0 … 255 of K1 + 1. */
  largest: number;
  sum: number;
  place: number;
  /** The list itself, if it stands in no file: `unite` made it. */
  held?: Uint8Array;
}

/**
 * The entries of one block, in order, for merging. `bytes`: the block with its head. A term's bytes come as the characters of a
 * string (latin1), because strings are compared in their order several times as fast as buffers.
 */
export function* entriesOf(bytes: Buffer): Generator<{ term: string; entry: Entry }> {
  let at = BLOCK_HEAD;
  let place = bytes.readDoubleLE(4);
  let term = '';
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const shared = varint();
    const rest = varint();
    term = term.slice(0, shared) + bytes.toString('latin1', at, at + rest);
    at += rest;
    const df = varint();
    const length = varint();
    const largest = bytes[at++]!;
    const sum = bytes.readUInt32LE(at);
    at += 4;
    yield { term, entry: { df, bytes: length, largest, sum, place } };
    place += length;
  }
}
