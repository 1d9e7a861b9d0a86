import type { Segment } from './format.ts';

/** A merge never makes a larger one, which bounds how long it takes. */
export const LARGEST = 262_144;
/** A segment is merged with those behind it as soon as they have a quarter of its chunks together. */
const RATIO = 4;

/**
 * The segments at the end that should become one, as [from, to): after it each segment has several times the chunks of all
 * behind it, so there are few of them, and a chunk is rewritten a logarithmic number of times.
 */
export function mergeable(segments: readonly Segment[]): [from: number, to: number] | undefined {
  let from = segments.length - 1;
  let sum = segments.at(-1)?.chunks ?? 0;
  let best = from;
  for (let i = segments.length - 2; i >= 0; i--) {
    const { chunks } = segments[i]!;
    if (sum + chunks > LARGEST) break;
    if (chunks < RATIO * sum || chunks === 0) best = i;
    sum += chunks;
  }
  from = best;
  return segments.length - from > 1 ? [from, segments.length] : undefined;
}

/**
 * While documents still come: neighbours at the end of about one size, once `many` have gathered, with the smaller ones behind
 * them. So a merge inside a commit is rare in proportion to what it costs.
 */
export function crowded(segments: readonly Segment[], many: number): [from: number, to: number] | undefined {
  let from = segments.length;
  let sum = 0;
  let result: [number, number] | undefined;
  for (let size = 16; size <= LARGEST; size *= 8) {
    const before = from;
    while (from > 0 && segments[from - 1]!.chunks <= size && sum + segments[from - 1]!.chunks <= LARGEST)
      sum += segments[--from]!.chunks;
    if (before - from >= many) result = [from, segments.length];
  }
  return result;
}
