// A row: `dims` int8, padding to a multiple of 8, f32 scale, u32 checksum of all before it.
import { checksum } from './checksum';

/** f32 to int8 with one scale (value = int8 * scale), as a row at `out`. */
export function quantise(vector: usize, dims: u32, stride: u32, out: usize): void {
  const whole = dims & ~3;
  let peaks = f32x4.splat(1e-12);
  for (let i: u32 = 0; i < whole; i += 4) peaks = f32x4.max(peaks, f32x4.abs(v128.load(vector + (<usize>i << 2))));
  let peak = max(
    max(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)),
    max(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)),
  );
  for (let i = whole; i < dims; i++) peak = max(peak, abs(load<f32>(vector + (<usize>i << 2))));
  // 17 bits of mantissa: then 127 times it is exact, and a vector that was read and is written again stays what it is.
  const scale = reinterpret<f32>((reinterpret<u32>(<f32>(<f64>peak / 127)) + 0x40) & 0xffffff80);
  const scales = f64x2.splat(<f64>scale);
  for (let i: u32 = 0; i < whole; i += 4) {
    const four = v128.load(vector + (<usize>i << 2));
    const low = f64x2.nearest(f64x2.div(f64x2.promote_low_f32x4(four), scales));
    const high = f64x2.nearest(f64x2.div(f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1)), scales));
    const words = v128.shuffle<i64>(i32x4.trunc_sat_f64x2_s_zero(low), i32x4.trunc_sat_f64x2_s_zero(high), 0, 2);
    const shorts = i16x8.narrow_i32x4_s(words, words);
    store<u32>(out + i, i32x4.extract_lane(i8x16.narrow_i16x8_s(shorts, shorts), 0));
  }
  for (let i = whole; i < dims; i++) {
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

/** Hadamard transform of n f32, a power of two from 64 on. */
function transform(x: usize, n: u32): void {
  const end = x + (<usize>n << 2);
  const odd = i32x4(0, 0x80000000, 0, 0x80000000);
  const upper = i32x4(0, 0, 0x80000000, 0x80000000);
  // Neighbours, then pairs: within one vector.
  for (let p = x; p < end; p += 16) {
    const four = v128.load(p);
    const two = f32x4.add(
      v128.shuffle<i32>(four, four, 0, 0, 2, 2),
      v128.xor(v128.shuffle<i32>(four, four, 1, 1, 3, 3), odd),
    );
    const sum = f32x4.add(
      v128.shuffle<i64>(two, two, 0, 0),
      v128.xor(v128.shuffle<i64>(two, two, 1, 1), upper),
    );
    v128.store(p, sum);
  }
  for (let half: usize = 16; half < <usize>n << 2; half <<= 1) {
    for (let block = x; block < end; block += half << 1) {
      for (let p = block; p < block + half; p += 16) {
        const u = v128.load(p);
        const v = v128.load(p + half);
        v128.store(p, f32x4.add(u, v));
        v128.store(p + half, f32x4.sub(u, v));
      }
    }
  }
}

const A: u32 = 1664525;
const C: u32 = 1013904223;

/** Turns the sign where the top bit of a linear congruential generator is set: four of its steps at once. */
function flip(x: usize, n: u32, seed: u32): void {
  const s0 = seed * A + C;
  const s1 = s0 * A + C;
  const s2 = s1 * A + C;
  const s3 = s2 * A + C;
  let state = i32x4(0, 0, 0, 0);
  state = i32x4.replace_lane(state, 0, s0);
  state = i32x4.replace_lane(state, 1, s1);
  state = i32x4.replace_lane(state, 2, s2);
  state = i32x4.replace_lane(state, 3, s3);
  const a = i32x4.splat(A * A * A * A);
  const c = i32x4.splat(C * (A * A * A + A * A + A + 1));
  const top = i32x4.splat(0x80000000);
  for (const end = x + (<usize>n << 2); x < end; x += 16) {
    v128.store(x, v128.xor(v128.load(x), v128.and(state, top)));
    state = i32x4.add(i32x4.mul(state, a), c);
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
  const zero = f32x4.splat(0);
  for (let i: u32 = 0; i < bits; i += 8) {
    const p = x + (<usize>i << 2);
    const low = i32x4.bitmask(f32x4.gt(v128.load(p), zero));
    const high = i32x4.bitmask(f32x4.gt(v128.load(p, 16), zero));
    store<u8>(out + (i >>> 3), low | (high << 4));
  }
}

/** Four of them, as f32. */
@inline
function int8s(p: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(p))));
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
    const whole = dims & ~3;
    const scales = f32x4.splat(scale);
    for (let d: u32 = 0; d < whole; d += 4) {
      const at = <usize>d << 2;
      const own = stride > 0 ? f32x4.mul(int8s(row + d), scales) : v128.load(row + at);
      v128.store(scratch + at, f32x4.sub(own, v128.load(mean + at)));
    }
    for (let d = whole; d < bits; d++) {
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
