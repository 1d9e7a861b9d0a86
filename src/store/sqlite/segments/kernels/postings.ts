// A term's list: per posting a varint of (distance to the one before) * 2 + (occurs once), and if it occurs more often a
// varint of how often. Lists of more than BLOCK postings are cut into blocks behind a table of their last ordinals, ends
// and checksums (12 bytes each). `sum` is the checksum of that table, or of the whole list where there is none.
import { checksum } from './checksum';
import { next, putVarint, varint } from './varint';

const BLOCK: u32 = 128;
const SKIP: usize = 12;
const K1: f64 = 1.2;
const B: f64 = 0.75;
const AVERAGE: f64 = 200;
/** Lengths whose share for one occurrence is looked up. */
const TABLE: u32 = 1024;

/** The same operations in the same order as `impact` of text/bm25.ts, so that both give the same bits. */
@inline
function impact(tf: u32, length: u32): f64 {
  return (<f64>tf * (K1 + 1)) / (<f64>tf + K1 * (1 - B + (B * <f64>length) / AVERAGE));
}

@inline
function blocksOf(df: u32): u32 {
  return df > BLOCK ? (df + BLOCK - 1) / BLOCK : 0;
}

/** Checks a list's table, or the list itself; the number of blocks, or -1 if it is damaged. */
@inline
function verify(list: usize, df: u32, bytes: u32, sum: u32): i32 {
  const blocks = blocksOf(df);
  const covered = blocks > 0 ? blocks * <u32>SKIP : bytes;
  if (covered > bytes || checksum(list, covered) != sum) return -1;
  return <i32>max(blocks, 1);
}

@inline
function blockAt(list: usize, blocks: i32, i: i32): usize {
  if (blocks == 1) return list;
  const start = i == 0 ? 0 : load<u32>(list + <usize>(i - 1) * SKIP, 4);
  return list + <usize>blocks * SKIP + start;
}

@inline
function blockEnd(list: usize, bytes: u32, blocks: i32, i: i32): usize {
  if (blocks == 1) return list + bytes;
  return list + <usize>blocks * SKIP + load<u32>(list + <usize>i * SKIP, 4);
}

@inline
function intact(list: usize, bytes: u32, blocks: i32, i: i32): bool {
  if (blocks == 1) return true;
  const from = blockAt(list, blocks, i);
  const to = blockEnd(list, bytes, blocks, i);
  if (to < from || to > list + bytes) return false;
  return checksum(from, <u32>(to - from)) == load<u32>(list + <usize>i * SKIP, 8);
}

/** Fills `table` with the share of one occurrence by chunk length, times `weight`. */
@inline
function fill(table: usize, weight: f32): void {
  for (let length: u32 = 0; length < TABLE; length++) {
    store<f32>(table + (<usize>length << 2), weight * <f32>impact(1, length));
  }
}

/**
 * Adds idf * impact of each posting to `acc` (f32 by ordinal), and sets the byte of its run of 64 in `touched`. `lengths`: terms of each chunk, u16 by ordinal; `table`:
 * scratch of 4 KB; `weight`: idf. 0, or -1 if the list is damaged.
 */
export function accumulate(
  list: usize, df: u32, bytes: u32, sum: u32, acc: usize, touched: usize, lengths: usize, table: usize, weight: f32,
): i32 {
  const blocks = verify(list, df, bytes, sum);
  if (blocks < 0) return -1;
  if (df > 256) fill(table, weight);
  let ordinal: u32 = 0;
  for (let i = 0; i < blocks; i++) {
    if (!intact(list, bytes, blocks, i)) return -1;
    let p = blockAt(list, blocks, i);
    const end = blockEnd(list, bytes, blocks, i);
    while (p < end) {
      let code: u32 = load<u8>(p++);
      if (code & 128) {
        code = varint(p - 1);
        p = next;
      }
      ordinal += code >>> 1;
      const at = acc + (<usize>ordinal << 2);
      const length = <u32>load<u16>(lengths + (<usize>ordinal << 1));
      store<u8>(touched + (ordinal >>> 6), 1);
      if (code & 1) {
        const share = df > 256 && length < TABLE ? load<f32>(table + (<usize>length << 2)) : weight * <f32>impact(1, length);
        store<f32>(at, load<f32>(at) + share);
      } else {
        const tf = varint(p);
        p = next;
        store<f32>(at, load<f32>(at) + weight * <f32>impact(tf, length));
      }
    }
  }
  return 0;
}

/** How many postings have their bit set in `bits`; -1 if the list is damaged. */
export function countLive(list: usize, df: u32, bytes: u32, sum: u32, bits: usize): i32 {
  const blocks = verify(list, df, bytes, sum);
  if (blocks < 0) return -1;
  let ordinal: u32 = 0;
  let count = 0;
  for (let i = 0; i < blocks; i++) {
    if (!intact(list, bytes, blocks, i)) return -1;
    let p = blockAt(list, blocks, i);
    const end = blockEnd(list, bytes, blocks, i);
    while (p < end) {
      const code = varint(p);
      p = next;
      ordinal += code >>> 1;
      if (!(code & 1)) {
        varint(p);
        p = next;
      }
      count += <i32>((load<u8>(bits + (ordinal >>> 3)) >> (ordinal & 7)) & 1);
    }
  }
  return count;
}

/**
 * Adds idf * impact to `scores` (f64) of the chosen ordinals (u32, ascending), where the list has them, and sets bit
 * `mark` of their `seen` (u32). 0, or -1 if damaged.
 */
export function rescore(
  list: usize, df: u32, bytes: u32, sum: u32, ordinals: usize, n: u32, lengths: usize, weight: f64, scores: usize,
  seen: usize, mark: u32,
): i32 {
  const blocks = verify(list, df, bytes, sum);
  if (blocks < 0) return -1;
  let block = -1;
  let p: usize = 0;
  let end: usize = 0;
  let ordinal: u32 = 0;
  let tf: u32 = 0;
  let open = false;
  for (let i: u32 = 0; i < n; i++) {
    const wanted = load<u32>(ordinals + (<usize>i << 2));
    if (open && ordinal > wanted) continue;
    // The block that may hold it: the first whose last ordinal is not before it.
    if (!open || ordinal < wanted) {
      let low = max(block, 0);
      if (blocks > 1) {
        let high = blocks;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (load<u32>(list + <usize>middle * SKIP) < wanted) low = middle + 1;
          else high = middle;
        }
        if (low >= blocks) return 0;
      }
      if (low != block) {
        block = low;
        if (!intact(list, bytes, blocks, block)) return -1;
        p = blockAt(list, blocks, block);
        end = blockEnd(list, bytes, blocks, block);
        ordinal = block == 0 ? 0 : load<u32>(list + <usize>(block - 1) * SKIP);
        open = false;
      }
      while (p < end && (!open || ordinal < wanted)) {
        const code = varint(p);
        p = next;
        ordinal += code >>> 1;
        tf = 1;
        if (!(code & 1)) {
          tf = varint(p);
          p = next;
        }
        open = true;
      }
    }
    if (open && ordinal == wanted) {
      const at = scores + (<usize>i << 3);
      store<f64>(at, load<f64>(at) + weight * impact(tf, <u32>load<u16>(lengths + (<usize>wanted << 1))));
      const bits = seen + (<usize>i << 2);
      store<u32>(bits, load<u32>(bits) | mark);
    }
  }
  return 0;
}

/**
 * Appends a list's postings to `ordinals` and `tfs` (u32 each). `remap` (i32 by ordinal, -1 drops) or 0 names their new
 * ordinals; `base` is added. The number of postings written, or -1 if damaged.
 */
export function decodeInto(
  list: usize, df: u32, bytes: u32, sum: u32, remap: usize, base: u32, ordinals: usize, tfs: usize,
): i32 {
  const blocks = verify(list, df, bytes, sum);
  if (blocks < 0) return -1;
  let ordinal: u32 = 0;
  let count = 0;
  for (let i = 0; i < blocks; i++) {
    if (!intact(list, bytes, blocks, i)) return -1;
    let p = blockAt(list, blocks, i);
    const end = blockEnd(list, bytes, blocks, i);
    while (p < end) {
      const code = varint(p);
      p = next;
      ordinal += code >>> 1;
      let tf: u32 = 1;
      if (!(code & 1)) {
        tf = varint(p);
        p = next;
      }
      const to = remap ? load<i32>(remap + (<usize>ordinal << 2)) : <i32>ordinal;
      if (to < 0) continue;
      store<u32>(ordinals + (<usize>count << 2), <u32>to + base);
      store<u32>(tfs + (<usize>count << 2), tf);
      count++;
    }
  }
  return count;
}

/**
 * Writes the list of `n` postings (ordinals ascending) to `out`. Returns its bytes; `head` receives the largest impact (0 to
 * 255, rounded up) and the checksum.
 */
export function encode(ordinals: usize, tfs: usize, n: u32, lengths: usize, out: usize, head: usize): u32 {
  const blocks = blocksOf(n);
  const first = out + <usize>blocks * SKIP;
  let p = first;
  let from = p;
  let before: u32 = 0;
  let largest: f64 = 0;
  let block: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const ordinal = load<u32>(ordinals + (<usize>i << 2));
    const tf = load<u32>(tfs + (<usize>i << 2));
    p = putVarint(p, ((ordinal - before) << 1) | <u32>(tf == 1));
    if (tf != 1) p = putVarint(p, tf);
    before = ordinal;
    largest = max(largest, impact(tf, <u32>load<u16>(lengths + (<usize>ordinal << 1))));
    if (blocks > 0 && (i % BLOCK == BLOCK - 1 || i == n - 1)) {
      const skip = out + <usize>block * SKIP;
      store<u32>(skip, ordinal);
      store<u32>(skip, <u32>(p - first), 4);
      store<u32>(skip, checksum(from, <u32>(p - from)), 8);
      from = p;
      block++;
    }
  }
  const bytes = <u32>(p - out);
  store<u32>(head, <u32>min<f64>(255, ceil<f64>((largest / (K1 + 1)) * 255)));
  store<u32>(head, checksum(out, blocks > 0 ? blocks * <u32>SKIP : bytes), 4);
  return bytes;
}
