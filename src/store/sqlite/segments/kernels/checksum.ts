const PRIME: u32 = 0x9e3779b1;

@inline
function step(hash: v128, p: usize, at: usize): v128 {
  const product = i32x4.mul(v128.xor(hash, v128.load(p + at)), i32x4.splat(PRIME));
  return v128.xor(product, i32x4.shr_u(product, 15));
}

@inline
function mix(hash: u32, word: u32): u32 {
  const product = (hash ^ word) * PRIME;
  return product ^ (product >>> 15);
}

@inline
function fold(hash: u32, lanes: v128): u32 {
  hash = mix(hash, <u32>i32x4.extract_lane(lanes, 0));
  hash = mix(hash, <u32>i32x4.extract_lane(lanes, 1));
  hash = mix(hash, <u32>i32x4.extract_lane(lanes, 2));
  return mix(hash, <u32>i32x4.extract_lane(lanes, 3));
}

/**
 * 32 bits over `n` bytes, at the speed of memory: sixteen chains of xor, odd product and shift, folded into one. Each step can be
 * undone, so a change that stays within one word of a chain, such as any flipped bit, always shows.
 */
export function checksum(p: usize, n: u32): u32 {
  let a = i32x4.splat(0x1b873593);
  let b = i32x4.splat(0x2c1b3c6d);
  let c = i32x4.splat(0x297a2d39);
  let d = i32x4.splat(0x5bd1e995);
  const whole = p + <usize>(n & ~63);
  for (; p < whole; p += 64) {
    a = step(a, p, 0);
    b = step(b, p, 16);
    c = step(c, p, 32);
    d = step(d, p, 48);
  }
  let hash: u32 = n * PRIME;
  hash = fold(hash, a);
  hash = fold(hash, b);
  hash = fold(hash, c);
  hash = fold(hash, d);
  const end = p + <usize>(n & 63);
  for (; p + 4 <= end; p += 4) hash = mix(hash, load<u32>(p));
  for (; p < end; p++) hash = mix(hash, <u32>load<u8>(p));
  return hash;
}
