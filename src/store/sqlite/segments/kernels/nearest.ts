// The codes that differ in the fewest bits from a question's. What may be among the `near` nearest is gathered in order; when there is no
// more room, all but the nearest are dropped, and from then on only what is nearer than the farthest of those is gathered.
//
// State, u32: how many are gathered, below which distance the next must be, `near`, room. Then distances (u32), slots (u32), codes.

const HEAD: usize = 64;

@inline
function gathered(state: usize): u32 {
  return load<u32>(state);
}

@inline
function distancesAt(state: usize): usize {
  return state + HEAD;
}

@inline
function slotsAt(state: usize): usize {
  return distancesAt(state) + (<usize>load<u32>(state, 12) << 2);
}

@inline
function codesAt(state: usize): usize {
  return slotsAt(state) + (<usize>load<u32>(state, 12) << 2);
}

/** `room`: more than `near`. The state takes 64 bytes and, for each it has room for, 8 and a code. */
export function beginNearest(state: usize, near: u32, room: u32): void {
  store<u32>(state, 0);
  store<u32>(state, 0xffffffff, 4);
  store<u32>(state, near, 8);
  store<u32>(state, room, 12);
}

/** Drops all but the nearest; of equals the first stay. `histogram`: u32 for each distance up to 64 `words`. */
export function keepNearest(state: usize, words: u32, histogram: usize): u32 {
  const count = gathered(state);
  const near = load<u32>(state, 8);
  if (count <= near) return count;
  const distances = distancesAt(state);
  const slots = slotsAt(state);
  const codes = codesAt(state);
  const bytes = <usize>words << 3;
  memory.fill(histogram, 0, (<usize>words << 8) + 4);
  for (let i: u32 = 0; i < count; i++) {
    const bin = histogram + (<usize>load<u32>(distances + (<usize>i << 2)) << 2);
    store<u32>(bin, load<u32>(bin) + 1);
  }
  let cut: u32 = 0;
  let left = near;
  for (; load<u32>(histogram + (<usize>cut << 2)) <= left; cut++) left -= load<u32>(histogram + (<usize>cut << 2));
  // Of those as far as `cut` only so many as are left.
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const distance = load<u32>(distances + (<usize>i << 2));
    if (distance > cut) continue;
    if (distance == cut) {
      if (left == 0) continue;
      left--;
    }
    store<u32>(distances + (<usize>kept << 2), distance);
    store<u32>(slots + (<usize>kept << 2), load<u32>(slots + (<usize>i << 2)));
    memory.copy(codes + <usize>kept * bytes, codes + <usize>i * bytes, bytes);
    kept++;
  }
  store<u32>(state, kept);
  store<u32>(state, cut, 4);
  return kept;
}

@inline
function gather(state: usize, distance: u32, slot: u32, code: usize, words: u32, histogram: usize): void {
  let count = gathered(state);
  if (count == load<u32>(state, 12)) {
    count = keepNearest(state, words, histogram);
    if (distance >= load<u32>(state, 4)) return;
  }
  store<u32>(distancesAt(state) + (<usize>count << 2), distance);
  store<u32>(slotsAt(state) + (<usize>count << 2), slot);
  const to = codesAt(state) + <usize>count * (<usize>words << 3);
  for (let i: u32 = 0; i < words; i++) store<u64>(to + (<usize>i << 3), load<u64>(code + (<usize>i << 3)));
  store<u32>(state, count + 1);
}

/** Gathers from `n` codes of `words` 8-byte words, of the slots from `first` on. `bits` (by slot, or 0) says which may be kept. */
export function nearest(
  query: usize, codes: usize, n: u32, words: u32, first: u32, bits: usize, state: usize, histogram: usize,
): void {
  let limit = load<u32>(state, 4);
  let p = codes;
  if (words == 6) {
    const q0 = load<u64>(query);
    const q1 = load<u64>(query, 8);
    const q2 = load<u64>(query, 16);
    const q3 = load<u64>(query, 24);
    const q4 = load<u64>(query, 32);
    const q5 = load<u64>(query, 40);
    for (let i: u32 = 0; i < n; i++, p += 48) {
      const distance = <u32>(
        popcnt<u64>(load<u64>(p) ^ q0) + popcnt<u64>(load<u64>(p, 8) ^ q1) + popcnt<u64>(load<u64>(p, 16) ^ q2) +
        popcnt<u64>(load<u64>(p, 24) ^ q3) + popcnt<u64>(load<u64>(p, 32) ^ q4) + popcnt<u64>(load<u64>(p, 40) ^ q5)
      );
      if (distance >= limit) continue;
      const slot = first + i;
      if (bits && !((load<u8>(bits + (slot >>> 3)) >> (slot & 7)) & 1)) continue;
      gather(state, distance, slot, p, 6, histogram);
      limit = load<u32>(state, 4);
    }
    return;
  }
  for (let i: u32 = 0; i < n; i++, p += <usize>words << 3) {
    let sum: u64 = 0;
    for (let w: u32 = 0; w < words; w++) sum += popcnt<u64>(load<u64>(p + (<usize>w << 3)) ^ load<u64>(query + (<usize>w << 3)));
    const distance = <u32>sum;
    if (distance >= limit) continue;
    const slot = first + i;
    if (bits && !((load<u8>(bits + (slot >>> 3)) >> (slot & 7)) & 1)) continue;
    gather(state, distance, slot, p, words, histogram);
    limit = load<u32>(state, 4);
  }
}

/**
 * What each byte of a code adds to its product with the turned question (f32): bit set, plus the component, else minus. 256 f32 for each of
 * `bytes` bytes, to `out`.
 */
export function tableOf(turned: usize, bytes: u32, out: usize): void {
  for (let byte: u32 = 0; byte < bytes; byte++) {
    const x = turned + (<usize>byte << 5);
    const table = out + (<usize>byte << 10);
    let none: f32 = 0;
    for (let j: u32 = 0; j < 8; j++) none -= load<f32>(x + (<usize>j << 2));
    store<f32>(table, none);
    for (let value: u32 = 1; value < 256; value++) {
      const without = load<f32>(table + (<usize>(value & (value - 1)) << 2));
      store<f32>(table + (<usize>value << 2), without + 2 * load<f32>(x + (<usize>ctz(value) << 2)));
    }
  }
}

/** Estimates (f32) of the product with the question of all that is gathered, by `table`. */
export function estimates(state: usize, table: usize, words: u32, out: usize): void {
  const bytes = words << 3;
  let p = codesAt(state);
  for (const end = out + (<usize>gathered(state) << 2); out < end; out += 4, p += bytes) {
    let a: f32 = 0;
    let b: f32 = 0;
    for (let i: u32 = 0; i < bytes; i += 2) {
      const row = table + (<usize>i << 10);
      a += load<f32>(row + (<usize>load<u8>(p + i) << 2));
      b += load<f32>(row + (<usize>load<u8>(p + i, 1) << 2), 1024);
    }
    store<f32>(out, a + b);
  }
}
