// What happens to rows between two matrix products: LayerNorm, GELU, and the way back to integers: int16, with relaxed SIMD
// uint8 around 128.

const HIDDEN: i32 = 384;
const ROW: usize = <usize>HIDDEN * 4;
/** Largest int16 activation. |weight| <= 63 and at most 1536 inputs: 63 * 1536 * 22000 < 2^31, so sums never overflow. */
const INT16_RANGE: f32 = 22000;
const INT8_RANGE: f32 = 127;
/** 1.5 * 2^23: adding it to a small f32 leaves the value, rounded to an integer, in the low mantissa bits. */
const ROUND: f32 = 12582912;
const ROUND_BITS: i32 = 0x4b400000;

@inline
export function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}

@inline
export function maxOf(v: v128): f32 {
  return max(max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)), max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}

@inline
function round4(x: v128, inverse: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.mul(x, inverse), f32x4.splat(ROUND)), i32x4.splat(ROUND_BITS));
}

/** e^x for x <= 87, below -87 e^-87: 2^n by the exponent bits, 2^fraction by a polynomial of degree 6. */
@inline
export function exp4(x: v128): v128 {
  const y = f32x4.mul(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(1.4426950408889634));
  const n = f32x4.add(y, f32x4.splat(ROUND));
  const f = f32x4.sub(y, f32x4.sub(n, f32x4.splat(ROUND)));
  let p = f32x4.splat(0.000154035);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.00133335581));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.00961812911));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.0555041087));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.240226507));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.693147181));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(n, 23));
}

/** Row `t` of f32 with largest magnitude `peak` into its place in the groups of 4 tokens (see multiply.ts). */
function quantise(x: usize, length: i32, peak: f32, out: usize, t: i32, scales: usize): void {
  const range = ASC_FEATURE_RELAXED_SIMD ? INT8_RANGE : INT16_RANGE;
  const largest = max(peak, <f32>1e-20);
  store<f32>(scales + (<usize>t << 2), largest / range);
  const inverse = f32x4.splat(range / largest);
  const end = x + (<usize>length << 2);
  if (ASC_FEATURE_RELAXED_SIMD) {
    let p = out + <usize>(t >> 2) * (<usize>length << 2) + (<usize>(t & 3) << 2);
    while (x < end) {
      const low = i16x8.narrow_i32x4_s(round4(v128.load(x), inverse), round4(v128.load(x, 16), inverse));
      const high = i16x8.narrow_i32x4_s(round4(v128.load(x, 32), inverse), round4(v128.load(x, 48), inverse));
      const r = v128.xor(i8x16.narrow_i16x8_s(low, high), i8x16.splat(-128));
      v128.store_lane<i32>(p, r, 0);
      v128.store_lane<i32>(p, r, 1, 16);
      v128.store_lane<i32>(p, r, 2, 32);
      v128.store_lane<i32>(p, r, 3, 48);
      x += 64;
      p += 64;
    }
  } else {
    let p = out + <usize>(t >> 2) * (<usize>length << 3) + (<usize>(t & 3) << 2);
    while (x < end) {
      const r = i16x8.narrow_i32x4_s(round4(v128.load(x), inverse), round4(v128.load(x, 16), inverse));
      v128.store_lane<i32>(p, r, 0);
      v128.store_lane<i32>(p, r, 1, 16);
      v128.store_lane<i32>(p, r, 2, 32);
      v128.store_lane<i32>(p, r, 3, 48);
      x += 32;
      p += 64;
    }
  }
}

export function quantiseRows(x: usize, tokens: i32, length: i32, out: usize, scales: usize): void {
  for (let t = 0; t < tokens; t++) {
    const end = x + (<usize>length << 2);
    let peak = f32x4.splat(0);
    // pmax, not max: one instruction instead of about ten, and no NaN can occur here.
    for (let p = x; p < end; p += 16) peak = f32x4.pmax(peak, f32x4.abs(v128.load(p)));
    quantise(x, length, maxOf(peak), out, t, scales);
    x = end;
  }
}

/** x = LayerNorm(x + y) per row of 384, and the same as integers. */
export function addNorm(
  x: usize, y: usize, gain: usize, bias: usize, epsilon: f32, tokens: i32, out: usize, scales: usize,
): void {
  for (let t = 0; t < tokens; t++) {
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < ROW; i += 16) {
      const v = f32x4.add(v128.load(x + i), v128.load(y + i));
      v128.store(x + i, v);
      sum = f32x4.add(sum, v);
    }
    const mean = f32x4.splat(sumOf(sum) / <f32>HIDDEN);
    let squares = f32x4.splat(0);
    for (let i: usize = 0; i < ROW; i += 16) {
      const v = f32x4.sub(v128.load(x + i), mean);
      squares = f32x4.add(squares, f32x4.mul(v, v));
    }
    const factor = f32x4.splat(<f32>1 / sqrt<f32>(sumOf(squares) / <f32>HIDDEN + epsilon));
    let peak = f32x4.splat(0);
    for (let i: usize = 0; i < ROW; i += 16) {
      const centred = f32x4.mul(f32x4.sub(v128.load(x + i), mean), factor);
      const v = f32x4.add(f32x4.mul(centred, v128.load(gain + i)), v128.load(bias + i));
      v128.store(x + i, v);
      peak = f32x4.pmax(peak, f32x4.abs(v));
    }
    quantise(x, HIDDEN, maxOf(peak), out, t, scales);
    x += ROW;
    y += ROW;
  }
}

/** 1 - erf(z) for z >= 0: Abramowitz and Stegun 7.1.26, error below 2e-7. */
@inline
function erfc4(z: v128): v128 {
  const k = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(z, f32x4.splat(0.3275911))));
  let q = f32x4.splat(1.061405429);
  q = f32x4.add(f32x4.mul(q, k), f32x4.splat(-1.453152027));
  q = f32x4.add(f32x4.mul(q, k), f32x4.splat(1.421413741));
  q = f32x4.add(f32x4.mul(q, k), f32x4.splat(-0.284496736));
  q = f32x4.add(f32x4.mul(q, k), f32x4.splat(0.254829592));
  return f32x4.mul(f32x4.mul(q, k), exp4(f32x4.neg(f32x4.mul(z, z))));
}

/** GELU in its erf form, in place, and the same as integers: max(v, 0) - |v| / 2 * erfc(|v| / sqrt 2). */
export function gelu(x: usize, tokens: i32, length: i32, out: usize, scales: usize): void {
  for (let t = 0; t < tokens; t++) {
    const end = x + (<usize>length << 2);
    let peak = f32x4.splat(0);
    for (let p = x; p < end; p += 16) {
      const v = v128.load(p);
      const size = f32x4.abs(v);
      const tail = erfc4(f32x4.mul(size, f32x4.splat(0.7071067811865476)));
      const r = f32x4.sub(f32x4.pmax(v, f32x4.splat(0)), f32x4.mul(f32x4.mul(f32x4.splat(0.5), size), tail));
      v128.store(p, r);
      peak = f32x4.pmax(peak, f32x4.abs(r));
    }
    quantise(x, length, maxOf(peak), out, t, scales);
    x = end;
  }
}
