// The distinct terms of a segment that is being built, numbered as they come: their bytes lie one behind the other in `arena`,
// where each begins in `offsets` (u32, one more than there are terms), their hashes in `hashes` (u32). `table` (u32, mask + 1
// slots, at most half of them taken) holds numbers + 1 at the places of their hashes.

@inline
function place(table: usize, mask: u32, hash: u32, number: u32): void {
  let slot = hash & mask;
  while (load<u32>(table + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
  store<u32>(table + (<usize>slot << 2), number + 1);
}

/** Fills an empty table that has become larger. */
export function rehash(table: usize, mask: u32, hashes: usize, count: u32): void {
  for (let number: u32 = 0; number < count; number++) place(table, mask, load<u32>(hashes + (<usize>number << 2)), number);
}

/** Numbers (u32, to `out`) of the terms in `text`, each ended by a zero byte. Returns how many distinct terms there are now. */
export function intern(
  text: usize, bytes: u32, table: usize, mask: u32, arena: usize, offsets: usize, hashes: usize, known: u32, out: usize,
): u32 {
  let count = known;
  let p = text;
  const end = text + bytes;
  while (p < end) {
    let hash: u32 = 0x811c9dc5;
    let q = p;
    for (let byte = <u32>load<u8>(q); byte != 0; byte = <u32>load<u8>(++q)) hash = (hash ^ byte) * 0x01000193;
    hash ^= hash >>> 15;
    const length = <u32>(q - p);
    let slot = hash & mask;
    let number: u32;
    while (true) {
      const found = load<u32>(table + (<usize>slot << 2));
      if (found == 0) {
        number = count++;
        const at = load<u32>(offsets + (<usize>number << 2));
        memory.copy(arena + at, p, length);
        store<u32>(offsets + (<usize>number << 2), at + length, 4);
        store<u32>(hashes + (<usize>number << 2), hash);
        store<u32>(table + (<usize>slot << 2), count);
        break;
      }
      number = found - 1;
      if (load<u32>(hashes + (<usize>number << 2)) == hash) {
        const at = load<u32>(offsets + (<usize>number << 2));
        const own = load<u32>(offsets + (<usize>number << 2), 4) - at;
        if (own == length && memory.compare(arena + at, p, length) == 0) break;
      }
      slot = (slot + 1) & mask;
    }
    store<u32>(out, number);
    out += 4;
    p = q + 1;
  }
  return count;
}

/**
 * Postings by term. In: the terms' numbers and tfs of `n` postings, chunk after chunk, which begin at `starts` (u32, chunks + 1).
 * Out: where each term's begin (u32, distinct + 1), their ordinals and tfs. `cursor`: distinct u32.
 */
export function group(
  terms: usize, tfs: usize, n: u32, starts: usize, chunks: u32, distinct: u32, begins: usize, cursor: usize,
  ordinals: usize, counts: usize,
): void {
  memory.fill(begins, 0, (<usize>distinct + 1) << 2);
  for (let i: u32 = 0; i < n; i++) {
    const at = begins + (<usize>load<u32>(terms + (<usize>i << 2)) << 2);
    store<u32>(at, load<u32>(at, 4) + 1, 4);
  }
  for (let i: u32 = 0; i < distinct; i++) {
    const at = begins + (<usize>i << 2);
    store<u32>(at, load<u32>(at, 4) + load<u32>(at), 4);
  }
  memory.copy(cursor, begins, <usize>distinct << 2);
  for (let chunk: u32 = 0; chunk < chunks; chunk++) {
    const end = load<u32>(starts + (<usize>chunk << 2), 4);
    for (let i = load<u32>(starts + (<usize>chunk << 2)); i < end; i++) {
      const at = cursor + (<usize>load<u32>(terms + (<usize>i << 2)) << 2);
      const to = <usize>load<u32>(at);
      store<u32>(at, <u32>to + 1);
      store<u32>(ordinals + (to << 2), chunk);
      store<u32>(counts + (to << 2), load<u32>(tfs + (<usize>i << 2)));
    }
  }
}

/** Bytes `depth` … `depth` + 7 of a term as a number that compares as they do; zeros behind its end. */
@inline
function keyOf(arena: usize, offsets: usize, number: u32, depth: u32): u64 {
  const from = load<u32>(offsets + (<usize>number << 2)) + depth;
  const to = load<u32>(offsets + (<usize>number << 2), 4);
  if (from + 8 <= to) return bswap<u64>(load<u64>(arena + from));
  let key: u64 = 0;
  for (let i: u32 = 0; i < 8; i++) key = (key << 8) | (from + i < to ? <u64>load<u8>(arena + from + i) : 0);
  return key;
}

@inline
function swap(a: usize, b: usize): void {
  const key = load<u64>(a);
  const number = load<u32>(a, 8);
  store<u64>(a, load<u64>(b));
  store<u32>(a, load<u32>(b, 8), 8);
  store<u64>(b, key);
  store<u32>(b, number, 8);
}

function byKey(low: usize, high: usize): void {
  while (high - low > 16 * 12) {
    // The middle of three, so that sorted input costs no more than other.
    const middle = low + ((((high - low) >> 4) >> 1) << 4);
    if (load<u64>(middle) < load<u64>(low)) swap(middle, low);
    if (load<u64>(high - 16) < load<u64>(low)) swap(high - 16, low);
    if (load<u64>(high - 16) < load<u64>(middle)) swap(high - 16, middle);
    const pivot = load<u64>(middle);
    let i = low;
    let j = high - 16;
    while (i <= j) {
      while (load<u64>(i) < pivot) i += 16;
      while (load<u64>(j) > pivot) j -= 16;
      if (i > j) break;
      swap(i, j);
      i += 16;
      j -= 16;
    }
    // The smaller half is sorted first, so that the depth stays logarithmic.
    if (j + 16 - low < high - i) {
      byKey(low, j + 16);
      low = i;
    } else {
      byKey(i, high);
      high = j + 16;
    }
  }
  for (let i = low + 16; i < high; i += 16) {
    for (let j = i; j > low && load<u64>(j) < load<u64>(j - 16); j -= 16) swap(j, j - 16);
  }
}

function sortFrom(low: usize, high: usize, depth: u32, arena: usize, offsets: usize): void {
  for (let p = low; p < high; p += 16) store<u64>(p, keyOf(arena, offsets, load<u32>(p, 8), depth));
  byKey(low, high);
  for (let from = low; from < high; ) {
    const key = load<u64>(from);
    let to = from + 16;
    while (to < high && load<u64>(to) == key) to += 16;
    // Terms have no zero bytes: a key that ends with one is all that is left of its term, so no other has it.
    if (to - from > 16 && (key & 255) != 0) sortFrom(from, to, depth + 8, arena, offsets);
    from = to;
  }
}

/** Numbers of `count` terms in the order of their bytes: 16 bytes each at `order`, the number at 8. */
export function sortTerms(arena: usize, offsets: usize, count: u32, order: usize): void {
  for (let number: u32 = 0; number < count; number++) store<u32>(order + (<usize>number << 4), number, 8);
  sortFrom(order, order + (<usize>count << 4), 0, arena, offsets);
}
