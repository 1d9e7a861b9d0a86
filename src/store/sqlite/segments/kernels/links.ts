// Links: first chunk, first slot, how many, checksum of these (u32 each).
import { checksum } from './checksum';

const LINK: usize = 16;

/** -1, or the first of `n` records of three u32 and their checksum that is not what was written. */
export function checkTriples(records: usize, n: u32): i32 {
  for (let i: u32 = 0; i < n; i++) {
    const record = records + <usize>i * 16;
    if (checksum(record, 12) != load<u32>(record, 12)) return i;
  }
  return -1;
}

/** Index of the first of `m` ascending u32 that is not below `value`. */
@inline
function from(values: usize, m: u32, value: u32): u32 {
  let low: u32 = 0;
  let high = m;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(values + (<usize>middle << 2)) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The slot of each of `m` chunks (ascending) to `out`, where it has one; the caller filled it with 0xffffffff. */
export function slotsOf(links: usize, n: u32, chunks: usize, m: u32, out: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const link = links + <usize>i * LINK;
    const first = load<u32>(link);
    const end = first + load<u32>(link, 8);
    for (let j = from(chunks, m, first); j < m; j++) {
      const chunk = load<u32>(chunks + (<usize>j << 2));
      if (chunk >= end) break;
      store<u32>(out + (<usize>j << 2), load<u32>(link, 4) + chunk - first);
    }
  }
}

/**
 * All chunks of `m` slots (ascending) as pairs (index of the slot, chunk) to `out`, at most `most`; how many there are.
 */
export function chunksOf(links: usize, n: u32, slots: usize, m: u32, out: usize, most: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const link = links + <usize>i * LINK;
    const first = load<u32>(link, 4);
    const end = first + load<u32>(link, 8);
    for (let j = from(slots, m, first); j < m; j++) {
      const slot = load<u32>(slots + (<usize>j << 2));
      if (slot >= end) break;
      if (count < most) {
        store<u32>(out + (<usize>count << 3), j);
        store<u32>(out + (<usize>count << 3), load<u32>(link) + slot - first, 4);
      }
      count++;
    }
  }
  return count;
}
