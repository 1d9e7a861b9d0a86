// The encoder's arithmetic, AssemblyScript compiled to WebAssembly with 128-bit SIMD (5 kB, no allocation, no state:
// the caller lays out the memory and passes addresses). `src/build/weights.mjs` compiles it to dist/models/e5.wasm.
//
// One layer, as `src/build/pack.mjs` writes it: three thirds of int8 weights (qkv and attention output; feed-forward in;
// feed-forward out), then its values: f32 per-column scales and biases of each and the two LayerNorms.
import { addNorm, gelu, quantiseRows } from './kernels/activation';
import { attention } from './kernels/attention';
import { multiply, rearrange } from './kernels/multiply';

const HIDDEN: i32 = 384;
const INNER: i32 = 1536;
const ROW: usize = <usize>HIDDEN * 4;

const THIRD: usize = 384 * 1536;
/** In the first third. */
const OUT_WEIGHTS: usize = 384 * 1152;
/** In the values. */
const QKV_SCALE: usize = 0;
const QKV_BIAS: usize = QKV_SCALE + 1152 * 4;
const OUT_SCALE: usize = QKV_BIAS + 1152 * 4;
const OUT_BIAS: usize = OUT_SCALE + ROW;
const NORM1_GAIN: usize = OUT_BIAS + ROW;
const NORM1_BIAS: usize = NORM1_GAIN + ROW;
const UP_SCALE: usize = NORM1_BIAS + ROW;
const UP_BIAS: usize = UP_SCALE + 1536 * 4;
const DOWN_SCALE: usize = UP_BIAS + 1536 * 4;
const DOWN_BIAS: usize = DOWN_SCALE + ROW;
const NORM2_GAIN: usize = DOWN_BIAS + ROW;
const NORM2_BIAS: usize = NORM2_GAIN + ROW;
/** With relaxed SIMD only: what each column's sum begins with. */
const QKV_SUMS: usize = NORM2_BIAS + ROW;
const OUT_SUMS: usize = QKV_SUMS + 1152 * 4;
const UP_SUMS: usize = OUT_SUMS + ROW;
const DOWN_SUMS: usize = UP_SUMS + 1536 * 4;

// Needed by name so that V8 compiles it as a function of its own: it is entered thousands of times a question, and the
// optimised code is picked up at the next entry. Inlined into the loop it would stay in baseline code much longer.
export { product, tile4 } from './kernels/multiply';

// A layer over `tokens` rows of 384 f32 at `x`, in place, is three steps; each takes its third of the weights. On entry and
// exit of the layer `quantised` holds the same rows as integers with their scales at `scales`.

/** `y` (384 f32 a row), `wide` (1536 f32 a row), `heads` (keys and values of one head) and `scores` (4 rows) are scratch. */
export function attend(
  weights: usize, values: usize, x: usize, y: usize, wide: usize, quantised: usize, scales: usize, heads: usize, scores: usize,
  tokens: i32, epsilon: f32,
): void {
  multiply(quantised, weights, values + QKV_SUMS, values + QKV_SCALE, values + QKV_BIAS, scales, wide, tokens, HIDDEN, 3 * HIDDEN);
  attention(wide, y, tokens, heads, scores);
  quantiseRows(y, tokens, HIDDEN, quantised, scales);
  multiply(quantised, weights + OUT_WEIGHTS, values + OUT_SUMS, values + OUT_SCALE, values + OUT_BIAS, scales, y, tokens, HIDDEN, HIDDEN);
  addNorm(x, y, values + NORM1_GAIN, values + NORM1_BIAS, epsilon, tokens, quantised, scales);
}

/** What comes of it is in `quantised`, 1536 a row. */
export function widen(weights: usize, values: usize, wide: usize, quantised: usize, scales: usize, tokens: i32): void {
  multiply(quantised, weights, values + UP_SUMS, values + UP_SCALE, values + UP_BIAS, scales, wide, tokens, HIDDEN, INNER);
  gelu(wide, tokens, INNER, quantised, scales);
}

export function narrow(weights: usize, values: usize, x: usize, y: usize, quantised: usize, scales: usize, tokens: i32, epsilon: f32): void {
  multiply(quantised, weights, values + DOWN_SUMS, values + DOWN_SCALE, values + DOWN_BIAS, scales, y, tokens, INNER, HIDDEN);
  addNorm(x, y, values + NORM2_GAIN, values + NORM2_BIAS, epsilon, tokens, quantised, scales);
}

/** fp16 to f32: shifting the exponent into place and rescaling by 2^112 also covers subnormals. */
@inline
function halfToFloat(half: u32): f32 {
  return reinterpret<f32>(((half & 0x8000) << 16) | ((half & 0x7fff) << 13)) * reinterpret<f32>(0x77800000);
}

/** Makes a layer as the file has it ready for its three steps with relaxed SIMD, once. */
export function prepare(weights: usize): void {
  const values = weights + 3 * THIRD;
  rearrange(weights, values + QKV_SUMS, HIDDEN, 3 * HIDDEN);
  rearrange(weights + OUT_WEIGHTS, values + OUT_SUMS, HIDDEN, HIDDEN);
  rearrange(weights + THIRD, values + UP_SUMS, HIDDEN, INNER);
  rearrange(weights + 2 * THIRD, values + DOWN_SUMS, INNER, HIDDEN);
}

/**
 * Embedding rows (216 bytes each: 384 four-bit values, the first half in the low nibbles, then 12 fp16 scales of 32
 * values) plus the position rows already at `x`, normalised. `norm` is gain and bias of the embedding LayerNorm.
 */
export function embed(
  rows: usize, x: usize, y: usize, norm: usize, quantised: usize, scales: usize, tokens: i32, epsilon: f32,
): void {
  for (let t = 0; t < tokens; t++) {
    const row = rows + <usize>t * 216;
    const out = y + <usize>t * ROW;
    for (let i: usize = 0; i < 384; i++) {
      const byte = <u32>load<u8>(row + (i < 192 ? i : i - 192));
      const value = <i32>(i < 192 ? byte & 15 : byte >> 4) - 8;
      const scale = halfToFloat(<u32>load<u16>(row + 192 + ((i >> 5) << 1)));
      store<f32>(out + (i << 2), <f32>value * scale);
    }
  }
  addNorm(x, y, norm, norm + ROW, epsilon, tokens, quantised, scales);
}

/** Mean over the tokens, then unit length. The mean's divisor cancels out in the norm, so the sum will do. */
export function pool(x: usize, tokens: i32, out: usize): void {
  let squares = f32x4.splat(0);
  for (let i: usize = 0; i < ROW; i += 16) {
    let sum = f32x4.splat(0);
    let p = x + i;
    for (let t = 0; t < tokens; t++) {
      sum = f32x4.add(sum, v128.load(p));
      p += ROW;
    }
    v128.store(out + i, sum);
    squares = f32x4.add(squares, f32x4.mul(sum, sum));
  }
  const norm =
    f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1) + f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3);
  const factor = f32x4.splat(<f32>1 / sqrt<f32>(max(norm, <f32>1e-24)));
  for (let i: usize = 0; i < ROW; i += 16) v128.store(out + i, f32x4.mul(v128.load(out + i), factor));
}
