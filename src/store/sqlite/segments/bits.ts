import { keysOf, ordinalFrom, type Snapshot } from './open.ts';
import { inside, outside, type Ranges, setBits } from './ranges.ts';

/** Which chunks a search may return: all but the dead ones, or those that a filter lets through. */
export interface Visible {
  /** Undefined: all. */
  allowed?: Ranges;
}

/**
 * One bit an ordinal in the kernel's region of that name: what lies in `ranges`, or outside of them. 0, which the kernels take
 * for "all", if that is everything.
 */
export function bitsOf(snapshot: Snapshot, name: string, ranges: Ranges, within: boolean): number {
  if (!within && ranges.length === 0) return 0;
  const { kernel, filled, ordinals } = snapshot;
  const size = (ordinals + 7) >> 3;
  const at = kernel.region(name, size);
  const bits = kernel.bytes(at, size);
  bits.fill(0);
  for (const segment of filled) {
    const { first, last, chunks } = segment.toc;
    const keys = keysOf(snapshot, segment);
    // Reading keys may have moved the memory.
    const now = kernel.bytes(at, size);
    for (const [from, to] of within ? inside(ranges, first, last) : outside(ranges, first, last)) {
      const start = ordinalFrom(segment, keys, from);
      const end = to >= last ? chunks : ordinalFrom(segment, keys, to + 1);
      setBits(now, segment.base + start, segment.base + end);
    }
  }
  return at;
}
