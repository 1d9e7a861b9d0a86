import { next, varint } from './varint';

/** Longest term in bytes; entries are rebuilt in a scratch of this size. */
const LONGEST: u32 = 4096;

@inline
function compare(a: usize, aLength: u32, b: usize, bLength: u32): i32 {
  const shorter = min(aLength, bLength);
  for (let i: u32 = 0; i < shorter; i++) {
    const difference = <i32>load<u8>(a + i) - <i32>load<u8>(b + i);
    if (difference != 0) return difference;
  }
  return <i32>aLength - <i32>bLength;
}

/**
 * The last block whose first term is not after the term, or -1. `index`: offsets of the first terms as u32 (one more than
 * there are blocks), then their bytes.
 */
export function findBlock(index: usize, blocks: i32, term: usize, length: u32): i32 {
  const bytes = index + (<usize>(blocks + 1) << 2);
  let low = 0;
  let high = blocks;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = load<u32>(index + (<usize>middle << 2));
    const to = load<u32>(index + (<usize>middle << 2), 4);
    if (compare(bytes + at, to - at, term, length) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Looks for the term in a block: entries of (shared, rest) lengths, the rest's bytes, df, bytes of the list as varints, one
 * byte of the largest impact, 4 bytes of checksum. Writes df, list bytes, largest impact, checksum and the list's offset from
 * the block's first list to `out` as u32; 1 if found, else 0. `scratch`: room for the longest term.
 */
export function findEntry(block: usize, end: usize, term: usize, length: u32, scratch: usize, out: usize): i32 {
  let p = block;
  let offset: u32 = 0;
  while (p < end) {
    const shared = varint(p);
    const rest = varint(next);
    p = next;
    if (shared + rest > LONGEST) return 0;
    memory.copy(scratch + shared, p, rest);
    const df = varint(p + rest);
    const bytes = varint(next);
    p = next + 5;
    const order = compare(scratch, shared + rest, term, length);
    if (order == 0) {
      store<u32>(out, df);
      store<u32>(out, bytes, 4);
      store<u32>(out, load<u8>(p - 5), 8);
      store<u32>(out, load<u32>(p - 4), 12);
      store<u32>(out, offset, 16);
      return 1;
    }
    if (order > 0) return 0;
    offset += bytes;
  }
  return 0;
}
