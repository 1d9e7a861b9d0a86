/** Sorted, disjoint ranges of chunk keys, both ends in: first, last, first, last, … */
export type Ranges = Float64Array;

export const NONE: Ranges = new Float64Array(0);

/** Ranges in any order, touching or overlapping ones joined. */
export function joined(pairs: Iterable<readonly [number, number]>): Ranges {
  const sorted = [...pairs].sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [first, last] of sorted) {
    if (out.length > 0 && first <= out.at(-1)! + 1) out[out.length - 1] = Math.max(out.at(-1)!, last);
    else out.push(first, last);
  }
  return Float64Array.from(out);
}

/** Index of the first range that ends at or behind `key`, times two. */
export function rangeFrom(ranges: Ranges, key: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[2 * middle + 1]! < key) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

export function contains(ranges: Ranges, key: number): boolean {
  const at = rangeFrom(ranges, key);
  return at < ranges.length && ranges[at]! <= key;
}

/** Does anything of first … last lie in the ranges? */
export function touches(ranges: Ranges, first: number, last: number): boolean {
  const at = rangeFrom(ranges, first);
  return at < ranges.length && ranges[at]! <= last;
}

/** What of first … last the ranges do not hold. */
export function* outside(ranges: Ranges, first: number, last: number): Generator<[number, number]> {
  let from = first;
  for (let at = rangeFrom(ranges, first); at < ranges.length && ranges[at]! <= last; at += 2) {
    if (ranges[at]! > from) yield [from, ranges[at]! - 1];
    from = ranges[at + 1]! + 1;
  }
  if (from <= last) yield [from, last];
}

/** What of first … last the ranges hold. */
export function* inside(ranges: Ranges, first: number, last: number): Generator<[number, number]> {
  for (let at = rangeFrom(ranges, first); at < ranges.length && ranges[at]! <= last; at += 2)
    yield [Math.max(first, ranges[at]!), Math.min(last, ranges[at + 1]!)];
}

/** Sets the bits from `from` up to `to`, without it. */
export function setBits(bits: Uint8Array, from: number, to: number): void {
  let i = from;
  for (; i < to && (i & 7) !== 0; i++) bits[i >> 3]! |= 1 << (i & 7);
  const whole = to & ~7;
  if (i < whole) {
    bits.fill(255, i >> 3, whole >> 3);
    i = whole;
  }
  for (; i < to; i++) bits[i >> 3]! |= 1 << (i & 7);
}
