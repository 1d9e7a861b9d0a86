/** Is the ordinal's bit set? No bits: everything is. */
@inline
function allowed(bits: usize, i: u32): bool {
  return bits == 0 || ((load<u8>(bits + (i >>> 3)) >> (i & 7)) & 1) != 0;
}

@inline
function replaceSmallest(heap: usize, k: u32, value: f32): void {
  let i: u32 = 0;
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= k) break;
    let smaller = load<f32>(heap + (<usize>child << 2));
    if (child + 1 < k) {
      const other = load<f32>(heap + (<usize>child << 2), 4);
      if (other < smaller) {
        child++;
        smaller = other;
      }
    }
    if (smaller >= value) break;
    store<f32>(heap + (<usize>i << 2), smaller);
    i = child;
  }
  store<f32>(heap + (<usize>i << 2), value);
}

/** The first value from `i` on in a run of 64 that was touched: one byte each in `touched`, padded to 8; 0: all were. At least `n` if none is left. */
@inline
function toTouched(touched: usize, i: u32, n: u32): u32 {
  if (touched == 0 || (i & 63) != 0) return i;
  while (i < n && !load<u8>(touched + (i >>> 6))) i += (i & 511) == 0 && load<u64>(touched + (i >>> 6)) == 0 ? 512 : 64;
  return i;
}

/** Zeroes the runs of 64 f32 that were touched, of `n` values, and forgets that they were. */
export function wipe(values: usize, n: u32, touched: usize): void {
  for (let i = toTouched(touched, 0, n); i < n; i = toTouched(touched, i + 64, n)) {
    memory.fill(values + (<usize>i << 2), 0, 256);
    store<u8>(touched + (i >>> 6), 0);
  }
}

/** Keeps the places whose values reach `threshold`, in order; how many. */
function thin(values: usize, out: usize, count: u32, threshold: f32): u32 {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const place = load<u32>(out + (<usize>i << 2));
    if (load<f32>(values + (<usize>place << 2)) < threshold) continue;
    store<u32>(out + (<usize>kept << 2), place);
    kept++;
  }
  return kept;
}

/**
 * Of `n` f32 that are above `floor` and allowed by `bits`: the k-th largest, or `floor` if there are fewer, to `heap` (k f32); and the places
 * of all that reach `share` of it minus `less`, ascending, to `out`. How many those are; `most` + 1 if there are more. `touched`: which runs
 * of 64 need be looked at, or 0.
 */
export function best(
  values: usize, n: u32, touched: usize, bits: usize, k: u32, floor: f32, share: f32, less: f32,
  heap: usize, out: usize, most: u32,
): u32 {
  for (let i: u32 = 0; i < k; i++) store<f32>(heap + (<usize>i << 2), floor);
  let smallest = floor;
  let threshold = max(floor, floor * share - less);
  let count: u32 = 0;
  for (let i = toTouched(touched, 0, n); i < n; i = toTouched(touched, i + 4, n)) {
    if (i + 4 <= n && !v128.any_true(f32x4.ge(v128.load(values + (<usize>i << 2)), f32x4.splat(threshold)))) continue;
    for (let j = i; j < min(i + 4, n); j++) {
      const value = load<f32>(values + (<usize>j << 2));
      if (value < threshold || value <= floor || !allowed(bits, j)) continue;
      if (value > smallest) {
        replaceSmallest(heap, k, value);
        smallest = load<f32>(heap);
        threshold = max(floor, smallest * share - less);
      }
      if (count == most) count = thin(values, out, count, threshold);
      if (count < most) {
        store<u32>(out + (<usize>count << 2), j);
        count++;
      } else count = most + 1;
    }
  }
  return count > most ? count : thin(values, out, count, threshold);
}

/**
 * Writes the places of all values from `threshold` on (and above `floor`) to `out`, at most `most`; returns how many there are. `touched` as
 * for `best`.
 */
export function collect(
  values: usize, n: u32, touched: usize, bits: usize, threshold: f32, floor: f32, out: usize, most: u32,
): u32 {
  let count: u32 = 0;
  const limit = f32x4.splat(threshold);
  for (let i = toTouched(touched, 0, n); i < n; i = toTouched(touched, i + 4, n)) {
    if (i + 4 <= n && !v128.any_true(f32x4.ge(v128.load(values + (<usize>i << 2)), limit))) continue;
    for (let j = i; j < min(i + 4, n); j++) {
      const value = load<f32>(values + (<usize>j << 2));
      if (value < threshold || value <= floor || !allowed(bits, j)) continue;
      if (count < most) store<u32>(out + (<usize>count << 2), j);
      count++;
    }
  }
  return count;
}
