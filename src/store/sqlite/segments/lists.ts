import type { FileWriter } from './files.ts';
import type { Section } from './format.ts';
import type { Kernel } from './kernel.ts';
import type { SortedPostings } from './postings.ts';

/** Bytes of encoded lists, and of the dictionary, that are gathered before they are taken. */
const LISTS = 1 << 19;
const ENTRIES = 1 << 17;
const FIRSTS = 1 << 16;
const BLOCKS = 1 << 10;
/** Longer than any term. */
const TERM = 1 << 14;
const NO_BLOCK = 0xffffffff;

export interface ListWriter {
  /** `n` postings, their ordinals and tfs at these addresses of the kernel's memory. Terms come in the order of their bytes. */
  add(term: Uint8Array, ordinals: number, tfs: number, n: number): void;
  addSorted(postings: SortedPostings): void;
  end(): { index: Section; blocks: number };
}

/**
 * Posting lists to the file, behind them their terms, front-coded in blocks, and behind these an index of the blocks' first terms and, as
 * f64, their places: offsets of the terms (u32, blocks + 1), the terms' bytes, padding to 8, places (blocks + 1).
 * `lengths`: address of the chunks' lengths, u16 by ordinal.
 */
export function listWriter(kernel: Kernel, file: FileWriter, lengths: number): ListWriter {
  const state = kernel.region('list state', 80);
  const entries: Buffer[] = [];
  const firsts: Buffer[] = [];
  /** Where each block's first term ends among the first terms, and where the block begins among all. */
  const ends: number[] = [];
  const starts: number[] = [];
  let firstBytes = 0;
  let entryBytes = 0;

  /** Fields of the state: see kernels/writer.ts. */
  const word = (at: number) => kernel.u32(state + at, 1)[0]!;
  function empty(room: number, longest: number): void {
    const fields = [
      ...[kernel.region('lists out', room), 0, room],
      ...[kernel.region('entries out', ENTRIES + longest), 0, ENTRIES + longest],
      ...[kernel.region('firsts out', FIRSTS + longest), 0, FIRSTS + longest],
      ...[kernel.region('blocks out', 8 * BLOCKS), 0, BLOCKS],
      ...[kernel.region('term before', TERM + longest), 0],
      ...[NO_BLOCK, entryBytes],
    ];
    kernel.u32(state, fields.length).set(fields);
    kernel.f64(state + 64, 1)[0] = file.at;
  }
  /** Takes what has gathered, and makes room for a list of `n` postings of a term of so many bytes. */
  function take(n: number, longest: number): void {
    kernel.run.closeBlock(state);
    file.write(kernel.bytes(word(0), word(4)));
    entries.push(Buffer.from(kernel.bytes(word(12), word(16))));
    firsts.push(Buffer.from(kernel.bytes(word(24), word(28))));
    const pairs = kernel.u32(word(36), 2 * word(40));
    for (let i = 0; i < pairs.length; i += 2) {
      ends.push(firstBytes + pairs[i]!);
      starts.push(pairs[i + 1]!);
    }
    firstBytes += word(28);
    entryBytes += word(16);
    empty(Math.max(LISTS, 11 * n + 64), longest);
  }
  empty(LISTS, 0);

  return {
    add(term, ordinals, tfs, n) {
      if (!kernel.run.fits(state, n, term.length)) take(n, term.length);
      const at = kernel.region('term', Math.max(TERM, term.length));
      kernel.bytes(at, term.length).set(term);
      kernel.run.addList(state, at, term.length, ordinals, tfs, n, lengths);
    },
    addSorted({ order, count, arena, offsets, begins, ordinals, tfs }) {
      for (let i = 0; i < count; ) {
        i = kernel.run.addSorted(state, order, i, count, arena, offsets, begins, ordinals, tfs, lengths);
        if (i === count) return;
        const number = kernel.u32(order + 16 * i + 8, 1)[0]!;
        const extent = (at: number) => kernel.u32(at + 4 * number, 2).reduce((from, to) => to - from);
        take(extent(begins), extent(offsets));
      }
    },
    end() {
      take(0, 0);
      const at = file.at;
      for (const bytes of entries) file.write(bytes);
      const blocks = starts.length;
      const offsets = Uint32Array.from([0, ...ends]);
      const places = Float64Array.from([...starts.map((start) => at + start), at + entryBytes]);
      const padding = Buffer.alloc(-(offsets.byteLength + firstBytes) & 7);
      const index = Buffer.concat([bytesOf(offsets), ...firsts, padding, bytesOf(places)]);
      const section = { at: file.at, bytes: index.length, sum: kernel.sum(index) };
      file.write(index);
      return { index: section, blocks };
    },
  };
}

const bytesOf = ({ buffer }: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Buffer => Buffer.from(buffer);
