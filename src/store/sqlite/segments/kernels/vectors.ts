// A row: `dims` int8, padding to a multiple of 8, f32 scale, u32 checksum of all before it.
import { checksum } from './checksum';

/** f32 to int8 with one scale (value = int8 * scale), as a row at `out`. */
export function quantise(vector: usize, dims: u32, stride: u32, out: usize): void {
  let peak: f32 = 1e-12;
  for (let i: u32 = 0; i < dims; i++) peak = max(peak, abs(load<f32>(vector + (<usize>i << 2))));
  // 17 bits of mantissa: then 127 times it is exact, and a vector that was read and is written again stays what it is.
  const scale = reinterpret<f32>((reinterpret<u32>(<f32>(<f64>peak / 127)) + 0x40) & 0xffffff80);
  for (let i: u32 = 0; i < dims; i++) {
    store<i8>(out + i, <i8>nearest<f64>(<f64>load<f32>(vector + (<usize>i << 2)) / <f64>scale));
  }
  for (let i = dims; i < stride - 8; i++) store<i8>(out + i, 0);
  store<f32>(out + stride - 8, scale);
  store<u32>(out + stride - 4, checksum(out, stride - 4));
}

@inline
function dot(query: usize, row: usize, padded: u32): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let i: u32 = 0; i < padded; i += 8) {
    const eight = v128.load_ext<i8>(row + i);
    const q = query + (<usize>i << 2);
    a = f32x4.add(a, f32x4.mul(v128.convert<i32>(v128.extend_low<i16>(eight)), v128.load(q)));
    b = f32x4.add(b, f32x4.mul(v128.convert<i32>(v128.extend_high<i16>(eight)), v128.load(q, 16)));
  }
  a = f32x4.add(a, b);
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3);
}

/** The query (f32, padded with zeros to a multiple of 8) times each of `n` rows, as f32 to `out`; -1, or the first damaged row. */
export function dots(query: usize, rows: usize, n: u32, stride: u32, out: usize): i32 {
  for (let i: u32 = 0; i < n; i++) {
    const row = rows + <usize>i * stride;
    if (checksum(row, stride - 4) != load<u32>(row + stride - 4)) return i;
    store<f32>(out + (<usize>i << 2), dot(query, row, stride - 8) * load<f32>(row + stride - 8));
  }
  return -1;
}

@inline
function transform(x: usize, n: u32): void {
  for (let half: u32 = 1; half < n; half <<= 1) {
    for (let i: u32 = 0; i < n; i += half << 1) {
      for (let j = i; j < i + half; j++) {
        const p = x + (<usize>j << 2);
        const q = p + (<usize>half << 2);
        const u = load<f32>(p);
        const v = load<f32>(q);
        store<f32>(p, u + v);
        store<f32>(q, u - v);
      }
    }
  }
}

@inline
function flip(x: usize, n: u32, seed: u32): void {
  let state = seed;
  for (let i: u32 = 0; i < n; i++) {
    state = state * 1664525 + 1013904223;
    if (state >>> 31) {
      const p = x + (<usize>i << 2);
      store<f32>(p, -load<f32>(p));
    }
  }
}

/** Largest power of two that is not above n. */
@inline
function powerBelow(n: u32): u32 {
  return 1 << (31 - clz(n));
}

/**
 * Turns `bits` f32 by a fixed pseudo-random rotation: signs, then Hadamard transforms over the first and the last power of
 * two, twice. It spreads what a few components hold over all, so that each sign tells about as much.
 */
function rotate(x: usize, bits: u32): void {
  const n = powerBelow(bits);
  const tail = x + (<usize>(bits - n) << 2);
  for (let round: u32 = 1; round <= 2; round++) {
    flip(x, bits, round * 0x9e3779b1);
    transform(x, n);
    flip(x, bits, round * 0x85ebca6b);
    transform(tail, n);
  }
}

/** Signs of the `bits` f32 at `x`, one bit each. */
@inline
function signs(x: usize, bits: u32, out: usize): void {
  for (let i: u32 = 0; i < bits; i += 8) {
    let byte: u32 = 0;
    for (let j: u32 = 0; j < 8; j++) if (load<f32>(x + (<usize>(i + j) << 2)) > 0) byte |= 1 << j;
    store<u8>(out + (i >>> 3), byte);
  }
}

/**
 * One-bit codes of `n` rows (or, with stride 0, of one f32 vector): minus the mean (f32), turned, signs. `bits`: dimensions
 * rounded up to a multiple of 64; `scratch`: bits f32. -1, or the first damaged row.
 */
export function codesOf(rows: usize, n: u32, stride: u32, dims: u32, bits: u32, mean: usize, scratch: usize, out: usize): i32 {
  for (let i: u32 = 0; i < n; i++) {
    const row = rows + <usize>i * stride;
    if (stride > 0 && checksum(row, stride - 4) != load<u32>(row + stride - 4)) return i;
    const scale = stride > 0 ? load<f32>(row + stride - 8) : 1;
    for (let d: u32 = 0; d < bits; d++) {
      let value: f32 = 0;
      if (d < dims) {
        const own = stride > 0 ? <f32>load<i8>(row + d) * scale : load<f32>(row + (<usize>d << 2));
        value = own - load<f32>(mean + (<usize>d << 2));
      }
      store<f32>(scratch + (<usize>d << 2), value);
    }
    rotate(scratch, bits);
    signs(scratch, bits, out + <usize>i * (bits >>> 3));
  }
  return -1;
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

@inline
function estimate(table: usize, code: usize, bytes: u32): f32 {
  let a: f32 = 0;
  let b: f32 = 0;
  for (let i: u32 = 0; i < bytes; i += 2) {
    a += load<f32>(table + (<usize>i << 10) + (<usize>load<u8>(code + i) << 2));
    b += load<f32>(table + (<usize>i << 10) + (<usize>load<u8>(code + i, 1) << 2), 1024);
  }
  return a + b;
}

@inline
function replaceFarthest(
  distances: usize, slots: usize, estimates: usize, k: u32, distance: u32, slot: u32, estimated: f32,
): void {
  let i: u32 = 0;
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= k) break;
    let farther = load<u32>(distances + (<usize>child << 2));
    if (child + 1 < k) {
      const other = load<u32>(distances + (<usize>child << 2), 4);
      if (other > farther) {
        child++;
        farther = other;
      }
    }
    if (farther <= distance) break;
    store<u32>(distances + (<usize>i << 2), farther);
    store<u32>(slots + (<usize>i << 2), load<u32>(slots + (<usize>child << 2)));
    store<f32>(estimates + (<usize>i << 2), load<f32>(estimates + (<usize>child << 2)));
    i = child;
  }
  store<u32>(distances + (<usize>i << 2), distance);
  store<u32>(slots + (<usize>i << 2), slot);
  store<f32>(estimates + (<usize>i << 2), estimated);
}

/**
 * Keeps the `k` nearest by differing bits of `n` codes of `words` 8-byte words in the heap of distances and slots (u32; the
 * farthest first, prefilled by the caller), with the estimate (f32) that `table` gives each. `bits` (by slot, or 0) says which may be kept.
 */
export function hamming(
  query: usize, table: usize, codes: usize, n: u32, words: u32, first: u32, bits: usize,
  distances: usize, slots: usize, estimates: usize, k: u32,
): void {
  let farthest = load<u32>(distances);
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
      if (distance >= farthest) continue;
      const slot = first + i;
      if (bits && !((load<u8>(bits + (slot >>> 3)) >> (slot & 7)) & 1)) continue;
      replaceFarthest(distances, slots, estimates, k, distance, slot, estimate(table, p, 48));
      farthest = load<u32>(distances);
    }
    return;
  }
  for (let i: u32 = 0; i < n; i++, p += <usize>words << 3) {
    let sum: u64 = 0;
    for (let w: u32 = 0; w < words; w++) sum += popcnt<u64>(load<u64>(p + (<usize>w << 3)) ^ load<u64>(query + (<usize>w << 3)));
    const distance = <u32>sum;
    if (distance >= farthest) continue;
    const slot = first + i;
    if (bits && !((load<u8>(bits + (slot >>> 3)) >> (slot & 7)) & 1)) continue;
    replaceFarthest(distances, slots, estimates, k, distance, slot, estimate(table, p, words << 3));
    farthest = load<u32>(distances);
  }
}
