import { damaged } from './damage.ts';
import { BLOCK_HEAD, type Entry, entriesOf } from './dictionary.ts';
import type { List } from './kernel.ts';
import type { OpenSegment, Snapshot } from './open.ts';

/** Room for a term that is rebuilt from a front-coded block. */
const SCRATCH = 8192;
const FOUND = 20;
/** Bytes in which short lists stay: a question's are read through, and looked up again where its best passages are scored. */
const KEPT = 1 << 20;
/** Longer lists are read anew. */
const SHORT = KEPT / 16;

/** Where terms are found: the indexes of all dictionaries lie in the kernel's memory. */
export interface Lookup {
  /** The term's list in each segment that has it. */
  entries(term: string): Map<OpenSegment, Entry>;
  /** Terms that begin so, with how many chunks have each, dead ones included. */
  from(prefix: string): Map<string, number>;
  /** Reads a list into the kernel's memory; good until the next one is read. */
  list(segment: OpenSegment, entry: Entry): List;
}

export function openLookup(snapshot: Snapshot): Lookup {
  const { kernel, filled } = snapshot;
  const total = filled.reduce((sum, { toc }) => sum + ((toc.index.bytes + 63) & ~63), 0);
  const indexes = new Map<OpenSegment, number>();
  let next = kernel.region('indexes', total);
  for (const segment of filled) {
    const { index } = segment.toc;
    if (!kernel.read(segment.file, index.at, next, index.bytes)) throw damaged(segment.name, 'its end');
    if (kernel.run.checksum(next, index.bytes) >>> 0 !== index.sum)
      throw damaged(segment.name, "its dictionary's index");
    indexes.set(segment, next);
    next += (index.bytes + 63) & ~63;
  }
  const known = new Map<string, Map<OpenSegment, Entry>>();
  const kept = new Map<Entry, number>();
  let used = 0;

  /** Where a list of so many bytes goes that stays until there is no more room. */
  function keep(entry: Entry): number {
    if (used + entry.bytes > KEPT) {
      kept.clear();
      used = 0;
    }
    const at = kernel.region('kept lists', KEPT) + used;
    kept.set(entry, at);
    used += entry.bytes;
    return at;
  }

  /** Where a block stands in the file, and its bytes. */
  function placeOf(segment: OpenSegment, number: number): [number, number] {
    const { index, blocks } = segment.toc;
    const places = indexes.get(segment)! + index.bytes - 8 * (blocks + 1);
    const [from, to] = kernel.f64(places + 8 * number, 2) as unknown as [number, number];
    return [from, to - from];
  }

  function read(segment: OpenSegment, number: number): [at: number, bytes: number] {
    const [place, bytes] = placeOf(segment, number);
    const at = kernel.region('block', bytes);
    if (!kernel.read(segment.file, place, at, bytes)) throw damaged(segment.name, 'its end');
    if (kernel.run.checksum(at + 4, bytes - 4) >>> 0 !== kernel.u32(at, 1)[0])
      throw damaged(segment.name, 'a block of its dictionary');
    return [at, bytes];
  }

  function entries(term: string): Map<OpenSegment, Entry> {
    const found = new Map<OpenSegment, Entry>();
    const bytes = Buffer.from(term);
    const at = kernel.region('term', Math.max(SCRATCH, bytes.length));
    const scratch = kernel.region('scratch', SCRATCH);
    const out = kernel.region('found', FOUND);
    for (const segment of filled) {
      kernel.bytes(at, bytes.length).set(bytes);
      const number = kernel.run.findBlock(indexes.get(segment)!, segment.toc.blocks, at, bytes.length);
      if (number < 0) continue;
      const [block, length] = read(segment, number);
      if (kernel.run.findEntry(block + BLOCK_HEAD, block + length, at, bytes.length, scratch, out) === 0) continue;
      const [df, listBytes, largest, sum, offset] = kernel.u32(out, 5) as unknown as [
        ...[number, number, number, number, number],
      ];
      const first = Buffer.from(kernel.bytes(block + 4, 8)).readDoubleLE(0);
      found.set(segment, { df, bytes: listBytes, largest, sum, place: first + offset });
    }
    return found;
  }

  /** The entries of a segment from the block on in which the term would stand. */
  function* startingAt(segment: OpenSegment, term: string) {
    const at = kernel.region('term', Math.max(SCRATCH, term.length));
    kernel.bytes(at, term.length).set(Buffer.from(term, 'latin1'));
    const { blocks } = segment.toc;
    const first = Math.max(0, kernel.run.findBlock(indexes.get(segment)!, blocks, at, term.length));
    for (let number = first; number < blocks; number++) {
      const [block, bytes] = read(segment, number);
      yield* entriesOf(Buffer.from(kernel.bytes(block, bytes)));
    }
  }

  return {
    entries(term) {
      let found = known.get(term);
      if (found === undefined) known.set(term, (found = entries(term)));
      return found;
    },
    from(prefix) {
      const found = new Map<string, number>();
      // The characters stand for bytes, as in `entriesOf`.
      const start = Buffer.from(prefix).toString('latin1');
      for (const segment of filled)
        for (const { term, entry } of startingAt(segment, start)) {
          if (term.startsWith(start)) found.set(term, (found.get(term) ?? 0) + entry.df);
          else if (term > start) break;
        }
      return new Map([...found].map(([term, df]) => [Buffer.from(term, 'latin1').toString(), df]));
    },
    list(segment, entry) {
      const { df, bytes, sum, place, held } = entry;
      let at = kept.get(entry);
      if (at === undefined) {
        at = held || bytes > SHORT ? kernel.region('list', bytes) : keep(entry);
        if (held) kernel.bytes(at, bytes).set(held);
        else if (!kernel.read(segment.file, place, at, bytes)) throw damaged(segment.name, 'its end');
      }
      return [at, df, bytes, sum];
    },
  };
}
