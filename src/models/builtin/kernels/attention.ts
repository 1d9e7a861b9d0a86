// Softmax attention in f32: 12 heads of 32 dimensions. The factor 1/sqrt(32) is folded into the query weights.
import { exp4, maxOf, sumOf } from './activation';

const HEADS: usize = 12;
const DIMENSIONS: i32 = 32;
/** Bytes of a row of queries, keys and values, and of each third of it. */
const QKV_ROW: usize = 4608;
const ROW: usize = 1536;

@inline
function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Scores of 4 query rows against 8 keys. `keys` is transposed: one row of keys a dimension, `stride` bytes apart. */
function score8(query: usize, keys: usize, stride: usize, out: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let d: i32 = 0; d < DIMENSIONS; d++) {
    const u = v128.load(keys), v = v128.load(keys, 16);
    let x = v128.load_splat<f32>(query);
    a0 = mulAdd(a0, u, x); b0 = mulAdd(b0, v, x); x = v128.load_splat<f32>(query, QKV_ROW);
    a1 = mulAdd(a1, u, x); b1 = mulAdd(b1, v, x); x = v128.load_splat<f32>(query, 2 * QKV_ROW);
    a2 = mulAdd(a2, u, x); b2 = mulAdd(b2, v, x); x = v128.load_splat<f32>(query, 3 * QKV_ROW);
    a3 = mulAdd(a3, u, x); b3 = mulAdd(b3, v, x);
    keys += stride; query += 4;
  }
  v128.store(out, a0); v128.store(out, b0, 16); out += stride;
  v128.store(out, a1); v128.store(out, b1, 16); out += stride;
  v128.store(out, a2); v128.store(out, b2, 16); out += stride;
  v128.store(out, a3); v128.store(out, b3, 16);
}

/** Replaces a row of scores by e^(score - max) and returns their sum. Keys past the text count nothing. */
function softmax(row: usize, tokens: i32, padded: i32): f32 {
  for (let j = tokens; j < padded; j++) store<f32>(row + (<usize>j << 2), <f32>-1e30);
  const end = row + (<usize>padded << 2);
  let peak = v128.load(row);
  for (let p = row; p < end; p += 16) peak = f32x4.pmax(peak, v128.load(p));
  peak = f32x4.splat(maxOf(peak));
  let sum = f32x4.splat(0);
  for (let p = row; p < end; p += 16) {
    const x = exp4(f32x4.sub(v128.load(p), peak));
    v128.store(p, x);
    sum = f32x4.add(sum, x);
  }
  return sumOf(sum);
}

/** 4 rows of weights x 8 dimensions of the values ([tokens][32] f32); `factors` are the rows' 1/sum. */
function mix8(weights: usize, stride: usize, values: usize, tokens: i32, factors: usize, out: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let row1 = weights + stride, row2 = row1 + stride, row3 = row2 + stride;
  const end = weights + (<usize>tokens << 2);
  do {
    const u = v128.load(values), v = v128.load(values, 16);
    let x = v128.load_splat<f32>(weights);
    a0 = mulAdd(a0, u, x); b0 = mulAdd(b0, v, x); x = v128.load_splat<f32>(row1);
    a1 = mulAdd(a1, u, x); b1 = mulAdd(b1, v, x); x = v128.load_splat<f32>(row2);
    a2 = mulAdd(a2, u, x); b2 = mulAdd(b2, v, x); x = v128.load_splat<f32>(row3);
    a3 = mulAdd(a3, u, x); b3 = mulAdd(b3, v, x);
    weights += 4; row1 += 4; row2 += 4; row3 += 4; values += 128;
  } while (weights < end);
  let f = v128.load_splat<f32>(factors);
  v128.store(out, f32x4.mul(a0, f)); v128.store(out, f32x4.mul(b0, f), 16); f = v128.load_splat<f32>(factors, 4);
  v128.store(out, f32x4.mul(a1, f), ROW); v128.store(out, f32x4.mul(b1, f), ROW + 16); f = v128.load_splat<f32>(factors, 8);
  v128.store(out, f32x4.mul(a2, f), 2 * ROW); v128.store(out, f32x4.mul(b2, f), 2 * ROW + 16); f = v128.load_splat<f32>(factors, 12);
  v128.store(out, f32x4.mul(a3, f), 3 * ROW); v128.store(out, f32x4.mul(b3, f), 3 * ROW + 16);
}

/** Copies one head's keys (transposed) and values (contiguous) next to each other. */
function gatherHead(qkv: usize, tokens: i32, keys: usize, stride: usize, values: usize): void {
  for (let j = 0; j < tokens; j++) {
    let k = keys + (<usize>j << 2);
    for (let d: usize = 0; d < 128; d += 16) {
      const x = v128.load(qkv + ROW + d);
      v128.store_lane<f32>(k, x, 0); k += stride;
      v128.store_lane<f32>(k, x, 1); k += stride;
      v128.store_lane<f32>(k, x, 2); k += stride;
      v128.store_lane<f32>(k, x, 3); k += stride;
      v128.store(values + d, v128.load(qkv + 2 * ROW + d));
    }
    qkv += QKV_ROW;
    values += 128;
  }
}

/**
 * `qkv` rows of 1152 f32 to `out` rows of 384 f32. Rows are worked in fours, so up to three rows past the last token are
 * read and written: the buffers have room for them and nobody looks at the result.
 */
export function attention(qkv: usize, out: usize, tokens: i32, heads: usize, scores: usize): void {
  const padded = (tokens + 7) & ~7;
  const stride = <usize>padded << 2;
  const values = heads + (stride << 5);
  const factors = scores + (stride << 2);
  for (let h: usize = 0; h < HEADS; h++) {
    const head = qkv + (h << 7);
    gatherHead(head, tokens, heads, stride, values);
    for (let i = 0; i < tokens; i += 4) {
      const query = head + <usize>i * QKV_ROW;
      const rows = out + <usize>i * ROW + (h << 7);
      for (let j: usize = 0; j < stride; j += 32) score8(query, heads + j, stride, scores + j);
      for (let r: usize = 0; r < 4; r++) store<f32>(factors + (r << 2), <f32>1 / softmax(scores + r * stride, tokens, padded));
      for (let d: usize = 0; d < 128; d += 32) mix8(scores, stride, values + d, tokens, factors, rows + d);
    }
  }
}
