// Posting lists and their dictionary on the way to a file. The caller empties the buffers between calls; `state` holds:
//   0 lists, 4 bytes in them, 8 their room      12 entries of the dictionary, 16 bytes in them, 20 their room
//  24 first terms of blocks, 28 bytes, 32 room  36 where these end and where their blocks begin (u32 pairs), 40 blocks, 44 room
//  48 the term before, 52 its bytes             56 where the open block begins, or NONE     60 entries taken away so far
//  64 place in the file of the first list in the buffer (f64)
import { checksum } from './checksum';
import { encode } from './postings';
import { putVarint } from './varint';

const NONE: u32 = 0xffffffff;
/** Bytes after which a block of the dictionary ends. */
const BLOCK: u32 = 4096;
/** A block's head: its checksum (u32) and where its first list stands (f64, from the start of the file). */
const HEAD: u32 = 12;

/** The most that a list of `n` postings takes: two varints each, 12 bytes a block of 128. */
@inline
function widest(n: u32): u32 {
  return 11 * n + 64;
}

@inline
function get(state: usize, at: usize): u32 {
  return load<u32>(state + at);
}

@inline
function set(state: usize, at: usize, value: u32): void {
  store<u32>(state + at, value);
}

/** Is there room for a list of `n` postings of a term of so many bytes? */
export function fits(state: usize, n: u32, length: u32): bool {
  return (
    get(state, 4) + widest(n) <= get(state, 8) && get(state, 16) + length + 64 <= get(state, 20) &&
    get(state, 28) + length <= get(state, 32) && get(state, 40) < get(state, 44)
  );
}

/** Ends the block that is open. */
export function closeBlock(state: usize): void {
  const from = get(state, 56);
  if (from == NONE) return;
  const at = get(state, 12) + from;
  store<u32>(at, checksum(at + 4, get(state, 16) - from - 4));
  set(state, 56, NONE);
}

/** One more term, with its `n` postings. Terms come in the order of their bytes, and what they need fits. */
export function addList(state: usize, term: usize, length: u32, ordinals: usize, tfs: usize, n: u32, lengths: usize): void {
  const entries = <usize>get(state, 12);
  if (get(state, 56) != NONE && get(state, 16) - get(state, 56) >= BLOCK) closeBlock(state);
  if (get(state, 56) == NONE) {
    const from = get(state, 16);
    set(state, 56, from);
    store<f64>(entries + from, load<f64>(state, 64) + <f64>get(state, 4), 4);
    set(state, 16, from + HEAD);
    set(state, 52, 0);
    const firsts = get(state, 28);
    memory.copy(<usize>get(state, 24) + firsts, term, length);
    set(state, 28, firsts + length);
    const pair = <usize>get(state, 36) + (<usize>get(state, 40) << 3);
    store<u32>(pair, firsts + length);
    store<u32>(pair, get(state, 60) + from, 4);
    set(state, 40, get(state, 40) + 1);
  }
  const before = <usize>get(state, 48);
  const most = min(get(state, 52), length);
  let shared: u32 = 0;
  while (shared < most && load<u8>(before + shared) == load<u8>(term + shared)) shared++;
  let p = putVarint(entries + get(state, 16), shared);
  p = putVarint(p, length - shared);
  memory.copy(p, term + shared, length - shared);
  p += length - shared;
  const list = <usize>get(state, 0) + get(state, 4);
  // `encode` leaves the largest impact and the checksum in the state's last two words.
  const bytes = encode(ordinals, tfs, n, lengths, list, state + 72);
  p = putVarint(p, n);
  p = putVarint(p, bytes);
  store<u8>(p, <u8>get(state, 72));
  store<u32>(p, get(state, 76), 1);
  set(state, 16, <u32>(p + 5 - entries));
  set(state, 4, get(state, 4) + bytes);
  memory.copy(before + shared, term + shared, length - shared);
  set(state, 52, length);
}

/** Terms `from` … `count` - 1 of a sorted order (see terms.ts). Returns the first for which there was no room, or `count`. */
export function addSorted(
  state: usize, order: usize, from: u32, count: u32, arena: usize, offsets: usize, begins: usize, ordinals: usize,
  tfs: usize, lengths: usize,
): u32 {
  for (let i = from; i < count; i++) {
    const number = <usize>load<u32>(order + (<usize>i << 4), 8);
    const at = load<u32>(offsets + (number << 2));
    const length = load<u32>(offsets + (number << 2), 4) - at;
    const begin = <usize>load<u32>(begins + (number << 2));
    const n = load<u32>(begins + (number << 2), 4) - <u32>begin;
    if (!fits(state, n, length)) return i;
    addList(state, arena + at, length, ordinals + (begin << 2), tfs + (begin << 2), n, lengths);
  }
  return count;
}
