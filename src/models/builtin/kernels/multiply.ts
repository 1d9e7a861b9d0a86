// Matrix product of int16 activations (one scale a token) and int8 weights (one scale a column).
//
// Weights come in blocks of 8 columns; within a block, for each pair of inputs k, k+1, 16 bytes: 4 columns x 2, then the
// other 4 columns x 2. Activations come in groups of 4 tokens; per pair of inputs 16 bytes: 4 tokens x 2 int16.
// `i32x4.dot_i16x8_s` then adds two products for 4 columns at once and no horizontal sum is ever needed.

//
// With relaxed SIMD activations are uint8 around 128, and a product takes four inputs at once: per four inputs 32 bytes of
// weights (4 columns x 4, 4 columns x 4) and 16 bytes of activations (4 tokens x 4). The 128 adds 128 times the sum of a
// column's weights; sums begin with that taken off. |weight| <= 63, so a pair of products stays within int16.

const RELAXED: bool = ASC_FEATURE_RELAXED_SIMD;

@inline
function dot(sum: v128, weights: v128, activations: v128): v128 {
  // In two steps: the product that also adds four at once is slower on processors without an instruction for it.
  if (RELAXED) return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(weights, activations)));
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, activations));
}

/** The first and the last 4 columns of a step. */
@inline
function left(w: usize): v128 {
  if (RELAXED) return v128.load(w);
  return v128.load_ext<i8>(w);
}

@inline
function right(w: usize): v128 {
  if (RELAXED) return v128.load(w, 16);
  return v128.load_ext<i8>(w, 8);
}

@inline
function start(sums: usize): v128 {
  if (RELAXED) return v128.load(sums);
  return i32x4.splat(0);
}

@inline
function write(out: usize, sum: v128, scale: v128, bias: v128): void {
  v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), bias));
}

/**
 * 8 columns x 4 tokens. 8 sums, 6 operands and one temporary are the 15 registers V8 hands out on x86-64: a wider tile
 * or an unrolled loop spills and costs 17-30 %. `bytes` is the length of the column block.
 */
export function tile4(
  a: usize, w: usize, bytes: usize, sums: usize, scale: usize, bias: usize, tokenScale: usize, out: usize, stride: usize,
): void {
  let a0 = start(sums), a1 = a0, a2 = a0, a3 = a0;
  let b0 = start(sums + 16), b1 = b0, b2 = b0, b3 = b0;
  const end = w + bytes;
  do {
    const u = left(w), v = right(w);
    let x = v128.load_splat<i32>(a);
    a0 = dot(a0, u, x); b0 = dot(b0, v, x); x = v128.load_splat<i32>(a, 4);
    a1 = dot(a1, u, x); b1 = dot(b1, v, x); x = v128.load_splat<i32>(a, 8);
    a2 = dot(a2, u, x); b2 = dot(b2, v, x); x = v128.load_splat<i32>(a, 12);
    a3 = dot(a3, u, x); b3 = dot(b3, v, x);
    w += RELAXED ? 32 : 16; a += 16;
  } while (w < end);
  const s0 = v128.load(scale), s1 = v128.load(scale, 16);
  const c0 = v128.load(bias), c1 = v128.load(bias, 16);
  let t = v128.load_splat<f32>(tokenScale);
  write(out, a0, f32x4.mul(t, s0), c0); write(out + 16, b0, f32x4.mul(t, s1), c1); out += stride;
  t = v128.load_splat<f32>(tokenScale, 4);
  write(out, a1, f32x4.mul(t, s0), c0); write(out + 16, b1, f32x4.mul(t, s1), c1); out += stride;
  t = v128.load_splat<f32>(tokenScale, 8);
  write(out, a2, f32x4.mul(t, s0), c0); write(out + 16, b2, f32x4.mul(t, s1), c1); out += stride;
  t = v128.load_splat<f32>(tokenScale, 12);
  write(out, a3, f32x4.mul(t, s0), c0); write(out + 16, b3, f32x4.mul(t, s1), c1);
}

/** 8 columns x 2 tokens, for what is left of a group of 4. */
function tile2(
  a: usize, w: usize, bytes: usize, sums: usize, scale: usize, bias: usize, tokenScale: usize, out: usize, stride: usize,
): void {
  let a0 = start(sums), a1 = a0, b0 = start(sums + 16), b1 = b0;
  const end = w + bytes;
  do {
    const u = left(w), v = right(w);
    let x = v128.load_splat<i32>(a);
    a0 = dot(a0, u, x); b0 = dot(b0, v, x); x = v128.load_splat<i32>(a, 4);
    a1 = dot(a1, u, x); b1 = dot(b1, v, x);
    w += RELAXED ? 32 : 16; a += 16;
  } while (w < end);
  const s0 = v128.load(scale), s1 = v128.load(scale, 16);
  const c0 = v128.load(bias), c1 = v128.load(bias, 16);
  let t = v128.load_splat<f32>(tokenScale);
  write(out, a0, f32x4.mul(t, s0), c0); write(out + 16, b0, f32x4.mul(t, s1), c1); out += stride;
  t = v128.load_splat<f32>(tokenScale, 4);
  write(out, a1, f32x4.mul(t, s0), c0); write(out + 16, b1, f32x4.mul(t, s1), c1);
}

/** Tokens a weight block is used for before the next one: their activations stay in the first-level cache. */
const TOKEN_BLOCK: i32 = 32;

/** `out[token][column] = (activations x weights) * tokenScale * scale + bias`, f32 rows of `columns`. */
export function multiply(
  activations: usize, weights: usize, sums: usize, scale: usize, bias: usize, tokenScales: usize, out: usize,
  tokens: i32, inputs: i32, columns: i32,
): void {
  const block = <usize>inputs << 3;
  const group = RELAXED ? <usize>inputs << 2 : block;
  const stride = <usize>columns << 2;
  for (let first = 0; first < tokens; first += TOKEN_BLOCK) {
    const last = min(tokens, first + TOKEN_BLOCK);
    let w = weights;
    for (let column = 0; column < columns; column += 8) {
      const c = <usize>column << 2;
      let t = first;
      for (; t + 2 < last; t += 4) {
        tile4(activations + <usize>(t >> 2) * group, w, block, sums + c, scale + c, bias + c, tokenScales + (<usize>t << 2), out + <usize>t * stride + c, stride);
      }
      if (t < last) {
        tile2(activations + <usize>(t >> 2) * group, w, block, sums + c, scale + c, bias + c, tokenScales + (<usize>t << 2), out + <usize>t * stride + c, stride);
      }
      w += block;
    }
  }
}

/** Weights as the file has them into the order of the relaxed tiles, in place, and what their sums begin with. */
export function rearrange(weights: usize, sums: usize, inputs: i32, columns: i32): void {
  const block = <usize>inputs << 3;
  for (let column = 0; column < columns; column += 8) {
    let a = i32x4.splat(0), b = a;
    for (const end = weights + block; weights < end; weights += 32) {
      const first = v128.load(weights), second = v128.load(weights, 16);
      const u = v128.shuffle<i16>(first, second, 0, 8, 1, 9, 2, 10, 3, 11);
      const v = v128.shuffle<i16>(first, second, 4, 12, 5, 13, 6, 14, 7, 15);
      v128.store(weights, u);
      v128.store(weights, v, 16);
      a = i32x4.add(a, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(u)));
      b = i32x4.add(b, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(v)));
    }
    v128.store(sums, i32x4.mul(a, i32x4.splat(-128)));
    v128.store(sums, i32x4.mul(b, i32x4.splat(-128)), 16);
    sums += 32;
  }
}

/** Of four equal products: engines may take the second factor as unsigned or not, and only unsigned has it eight bits. */
export function product(weight: i32, activation: i32): i32 {
  return i32x4.extract_lane(dot(i32x4.splat(0), i8x16.splat(<i8>weight), i8x16.splat(<i8>activation)), 0);
}
