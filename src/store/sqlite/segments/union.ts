import { damaged } from './damage.ts';
import type { Entry } from './dictionary.ts';
import type { Lookup } from './lookup.ts';
import type { OpenSegment, Snapshot } from './open.ts';

/**
 * The lists of several terms as one: of each chunk all their occurrences. `lengths`: address of the chunks' lengths, u16 by ordinal
 * over all segments. Two passes over a number a chunk, because sorting the postings would take ten times as long.
 */
export function unite(
  { kernel, filled }: Snapshot,
  lookup: Lookup,
  terms: readonly Map<OpenSegment, Entry>[],
  lengths: number,
): Map<OpenSegment, Entry> {
  const united = new Map<OpenSegment, Entry>();
  for (const segment of filled) {
    const entries = terms.flatMap((entriesOf) => entriesOf.get(segment) ?? []);
    if (entries.length === 0) continue;
    const occurrences = new Uint32Array(segment.toc.chunks);
    for (const entry of entries) {
      const ordinals = kernel.region('ordinals', 4 * entry.df);
      const tfs = kernel.region('tfs', 4 * entry.df);
      const count = kernel.run.decodeInto(...lookup.list(segment, entry), 0, 0, ordinals, tfs);
      if (count < 0) throw damaged(segment.name, 'a posting list');
      const own = kernel.u32(tfs, count);
      kernel.u32(ordinals, count).forEach((ordinal, i) => {
        occurrences[ordinal]! += own[i]!;
      });
    }
    const df = occurrences.reduce((sum, tf) => sum + (tf > 0 ? 1 : 0), 0);
    const ordinals = kernel.region('ordinals', 4 * df);
    const tfs = kernel.region('tfs', 4 * df);
    // An encoded posting takes two varints at most, a block of 128 a head of 12 bytes.
    const out = kernel.region('united', 11 * df + 64);
    const head = kernel.region('list head', 8);
    const to = kernel.u32(ordinals, df);
    const counts = kernel.u32(tfs, df);
    let n = 0;
    occurrences.forEach((tf, ordinal) => {
      if (tf === 0) return;
      to[n] = ordinal;
      counts[n++] = tf;
    });
    const bytes = kernel.run.encode(ordinals, tfs, df, lengths + 2 * segment.base, out, head);
    const [largest, sum] = kernel.u32(head, 2) as unknown as [number, number];
    united.set(segment, { df, bytes, largest, sum, place: -1, held: kernel.bytes(out, bytes).slice() });
  }
  return united;
}
