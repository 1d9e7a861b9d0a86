import type { Kernel } from './kernel.ts';

/** Sorted postings of a segment in the making: addresses in the kernel's memory, as `addSorted` takes them. */
export interface SortedPostings {
  order: number;
  count: number;
  arena: number;
  offsets: number;
  begins: number;
  ordinals: number;
  tfs: number;
}

export interface PostingsBuilder {
  readonly chunks: number;
  /** The next chunk's terms; returns how many occurrences that were. */
  add(terms: Map<string, number>): number;
  sorted(): SortedPostings;
}

/** Twice the terms that a small document has. */
const SLOTS = 4096;

/** One builder at a time: it works in regions of the kernel. */
export function postingsBuilder(kernel: Kernel): PostingsBuilder {
  const encoder = new TextEncoder();
  let slots = SLOTS;
  let distinct = 0;
  let bytes = 0;
  let postings = 0;
  let chunks = 0;
  kernel.bytes(kernel.region('term table', 4 * slots), 4 * slots).fill(0);
  kernel.u32(kernel.region('term offsets', 8), 1)[0] = 0;
  kernel.u32(kernel.region('posting starts', 8), 1)[0] = 0;

  /** Room for so many more terms, at most half of the table taken. */
  function makeRoom(terms: number, more: number): void {
    kernel.grown('term arena', bytes, bytes + more);
    kernel.grown('term offsets', 4 * (distinct + 1), 4 * (distinct + terms + 1));
    kernel.grown('term hashes', 4 * distinct, 4 * (distinct + terms));
    kernel.grown('posting terms', 4 * postings, 4 * (postings + terms));
    kernel.grown('posting tfs', 4 * postings, 4 * (postings + terms));
    kernel.grown('posting starts', 4 * (chunks + 1), 4 * (chunks + 2));
    if (2 * (distinct + terms) <= slots) return;
    while (2 * (distinct + terms) > slots) slots *= 2;
    const table = kernel.region('term table', 4 * slots);
    kernel.bytes(table, 4 * slots).fill(0);
    kernel.run.rehash(table, slots - 1, kernel.region('term hashes', 0), distinct);
  }

  return {
    get chunks() {
      return chunks;
    },
    add(terms) {
      const text = `${[...terms.keys()].join('\0')}\0`;
      const textAt = kernel.region('term text', 3 * text.length);
      makeRoom(terms.size, 3 * text.length);
      const written = encoder.encodeInto(text, kernel.bytes(textAt, 3 * text.length)).written;
      const tfs = kernel.u32(kernel.region('posting tfs', 0) + 4 * postings, terms.size);
      let length = 0;
      let i = 0;
      for (const tf of terms.values()) {
        tfs[i++] = tf;
        length += tf;
      }
      const offsets = kernel.region('term offsets', 0);
      if (terms.size > 0)
        distinct = kernel.run.intern(
          ...[textAt, written, kernel.region('term table', 0), slots - 1, kernel.region('term arena', 0), offsets],
          ...([kernel.region('term hashes', 0), distinct, kernel.region('posting terms', 0) + 4 * postings] as const),
        );
      bytes = kernel.u32(offsets + 4 * distinct, 1)[0]!;
      postings += terms.size;
      kernel.u32(kernel.region('posting starts', 0) + 4 * ++chunks, 1)[0] = postings;
      return length;
    },
    sorted() {
      const arena = kernel.region('term arena', 0);
      const offsets = kernel.region('term offsets', 0);
      const order = kernel.region('term order', 16 * distinct);
      kernel.run.sortTerms(arena, offsets, distinct, order);
      const begins = kernel.region('posting begins', 4 * distinct + 4);
      const cursor = kernel.region('posting cursor', 4 * distinct);
      const ordinals = kernel.region('ordinals', 4 * postings);
      const tfs = kernel.region('tfs', 4 * postings);
      kernel.run.group(
        ...([kernel.region('posting terms', 0), kernel.region('posting tfs', 0), postings] as const),
        ...([kernel.region('posting starts', 0), chunks, distinct, begins, cursor, ordinals, tfs] as const),
      );
      return { order, count: distinct, arena, offsets, begins, ordinals, tfs };
    },
  };
}
