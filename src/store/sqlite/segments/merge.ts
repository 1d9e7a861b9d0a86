import { damaged } from './damage.ts';
import { type Entry, entriesOf } from './dictionary.ts';
import { type FileWriter, fileWriter, readExactly } from './files.ts';
import { DOCUMENT, ENTRY, type Segment } from './format.ts';
import type { Kernel } from './kernel.ts';
import { listWriter } from './lists.ts';
import { keysOf, type OpenSegment, type Snapshot } from './open.ts';
import { contains, type Ranges, touches } from './ranges.ts';
import { writeDocuments, writeEntry, writeSection } from './records.ts';

/** Records are copied in pieces of so many chunks. */
const PIECE = 1024;

/**
 * Neighbouring segments as one. `drop`: chunk keys that are left out for good; their documents too.
 * Bounded memory: records and lists stream, tables of a few bytes a chunk are held. `path` must not exist.
 */
export function mergeSegments(
  snapshot: Snapshot,
  kernel: Kernel,
  sources: readonly OpenSegment[],
  drop: Ranges,
  path: string,
  id: number,
): Segment | undefined {
  const file = fileWriter(path, 'wx');
  try {
    const { remaps, entries, lengths, keys, owners } = copyChunks(snapshot, kernel, file, sources, drop);
    const chunks = keys.length;
    const table = file.at;
    file.write(entries);
    const documents = copyDocuments(kernel, file, sources, owners, sources[0] === snapshot.segments[0]);
    const first = keys[0] ?? 0;
    const last = keys.at(-1) ?? -1;
    const keySection =
      last - first + 1 === chunks
        ? {}
        : { keys: writeSection(kernel, file, Buffer.from(Uint32Array.from(keys).buffer)) };
    const lengthsAt = kernel.region('built lengths', lengths.length + 64);
    kernel.bytes(lengthsAt, lengths.length).set(lengths);
    const { index, blocks } = mergeLists(kernel, file, sources, remaps, chunks, lengthsAt);
    const lengthSection = writeSection(kernel, file, lengths);
    const bytes = file.at;
    file.end();
    return {
      ...{ id, bytes, chunks, first, last, table, ...documents, ...keySection },
      ...{ index, blocks, lengths: lengthSection },
    };
  } catch (error) {
    file.abandon();
    throw error;
  }
}

interface Copied {
  /** New ordinal of each chunk of a source, -1 if it was dropped; undefined if all are kept. */
  remaps: { remap: Int32Array | undefined; base: number }[];
  entries: Buffer;
  lengths: Buffer;
  keys: number[];
  /** Documents that have chunks here. */
  owners: Set<number>;
}

function copyChunks(
  snapshot: Snapshot,
  kernel: Kernel,
  file: FileWriter,
  sources: readonly OpenSegment[],
  drop: Ranges,
): Copied {
  const total = sources.reduce((sum, { toc }) => sum + toc.chunks, 0);
  const entries = Buffer.allocUnsafe(total * ENTRY);
  const lengths = Buffer.allocUnsafe(2 * total);
  const keys: number[] = [];
  const owners = new Set<number>();
  const remaps: Copied['remaps'] = [];
  for (const source of sources) {
    const { toc, name } = source;
    const own = readExactly(source.file, name, toc.lengths.at, toc.lengths.bytes);
    if (kernel.sum(own) !== toc.lengths.sum) throw damaged(name, "its chunks' lengths");
    const partial = touches(drop, toc.first, toc.last) || keysOf(snapshot, source) !== undefined;
    const remap = partial ? new Int32Array(toc.chunks) : undefined;
    const base = keys.length;
    for (let from = 0; from < toc.chunks; from += PIECE) {
      const count = Math.min(PIECE, toc.chunks - from);
      const table = readExactly(source.file, name, toc.table + from * ENTRY, count * ENTRY);
      const begin = count === 0 ? 0 : table.readDoubleLE(32);
      const lastAt = (count - 1) * ENTRY;
      const end = table.readDoubleLE(lastAt + 32) + table.readUInt32LE(lastAt + 24);
      if (!(begin >= 0 && end >= begin && end <= toc.bytes)) throw damaged(name, "a chunk's entry");
      const records = readExactly(source.file, name, begin, end - begin);
      for (let i = 0; i < count; i++) {
        const at = i * ENTRY;
        if (kernel.sum(table.subarray(at + 4, at + ENTRY)) !== table.readUInt32LE(at))
          throw damaged(name, "a chunk's entry");
        const word = (n: number) => table.readUInt32LE(at + 4 + 4 * n);
        const key = word(0);
        if (partial && contains(drop, key)) {
          remap![from + i] = -1;
          continue;
        }
        if (remap) remap[from + i] = keys.length - base;
        const record = records.subarray(
          table.readDoubleLE(at + 32) - begin,
          table.readDoubleLE(at + 32) - begin + word(5),
        );
        if (kernel.sum(record) !== word(6)) throw damaged(name, 'the text of a passage');
        writeEntry(kernel, entries, keys.length * ENTRY, {
          ...{ key, document: word(1), position: word(2), start: word(3), end: word(4), bytes: word(5), sum: word(6) },
          ...{ place: file.at, id: table.toString('hex', at + 40, at + ENTRY) },
        });
        file.write(record);
        own.copy(lengths, 2 * keys.length, 2 * (from + i), 2 * (from + i) + 2);
        keys.push(key);
        owners.add(word(1));
      }
    }
    remaps.push({ remap, base });
  }
  const kept = keys.length;
  return { remaps, entries: entries.subarray(0, kept * ENTRY), lengths: lengths.subarray(0, 2 * kept), keys, owners };
}

/**
 * The newest record of each document. A document that was written in pieces may have chunks before these segments, though it has
 * some here too: so they stay late as long as there is anything before them.
 */
function copyDocuments(
  kernel: Kernel,
  file: FileWriter,
  sources: readonly OpenSegment[],
  owners: Set<number>,
  first: boolean,
): Pick<Segment, 'documents' | 'documentTable' | 'late'> {
  const records = new Map<number, Buffer>();
  for (const { toc, file: from, name } of sources) {
    const table = readExactly(from, name, toc.documentTable, (toc.documents + 1) * DOCUMENT);
    for (let i = 0; i < toc.documents; i++) {
      const at = i * DOCUMENT;
      const key = table.readUInt32LE(at);
      if (!owners.has(key) && !toc.late) continue;
      const begin = table.readDoubleLE(at + 8);
      const record = readExactly(from, name, begin, Math.max(0, table.readDoubleLE(at + DOCUMENT + 8) - begin));
      if (kernel.sum(record) !== table.readUInt32LE(at + 4)) throw damaged(name, 'the record of a document');
      records.set(key, record);
    }
  }
  const late = !first && sources.some(({ toc }) => toc.late);
  return { ...writeDocuments(kernel, file, records), late };
}

/** All entries of a source's dictionary, block by block, each checked. */
function* entriesIn(kernel: Kernel, { toc, file, name }: OpenSegment): Generator<{ term: string; entry: Entry }> {
  const index = readExactly(file, name, toc.index.at, toc.index.bytes);
  if (kernel.sum(index) !== toc.index.sum) throw damaged(name, "its dictionary's index");
  const places = toc.index.bytes - 8 * (toc.blocks + 1);
  for (let block = 0; block < toc.blocks; block++) {
    const at = index.readDoubleLE(places + 8 * block);
    const bytes = readExactly(file, name, at, index.readDoubleLE(places + 8 * block + 8) - at);
    if (kernel.sum(bytes.subarray(4)) !== bytes.readUInt32LE(0)) throw damaged(name, 'a block of its dictionary');
    yield* entriesOf(bytes);
  }
}

/** Reads a source's lists in the order in which they stand, which is that of its terms, so in large pieces. */
function listReader(kernel: Kernel, source: OpenSegment, region: string) {
  const size = 1 << 20;
  let from = 0;
  let filled = 0;
  return ({ place, bytes }: Entry): number => {
    if (place < from || place + bytes > from + filled) {
      from = place;
      filled = Math.max(bytes, Math.min(size, source.toc.bytes - place));
      if (!kernel.read(source.file, place, kernel.region(region, Math.max(size, bytes)), filled))
        throw damaged(source.name, 'its end');
    }
    return kernel.region(region, 0) + place - from;
  };
}

function mergeLists(
  kernel: Kernel,
  file: FileWriter,
  sources: readonly OpenSegment[],
  remaps: Copied['remaps'],
  chunks: number,
  lengths: number,
) {
  const heads = sources.map((source, i) => {
    const entries = entriesIn(kernel, source);
    const { remap, base } = remaps[i]!;
    const remapAt = remap === undefined ? 0 : kernel.region(`remap ${i}`, 4 * remap.length);
    if (remap) kernel.u32(remapAt, remap.length).set(new Uint32Array(remap.buffer));
    return {
      source,
      entries,
      read: listReader(kernel, source, `lists ${i}`),
      remapAt,
      base,
      next: entries.next().value,
    };
  });
  const ordinals = kernel.region('ordinals', 4 * chunks + 64);
  const tfs = kernel.region('tfs', 4 * chunks + 64);
  const lists = listWriter(kernel, file, lengths);
  for (;;) {
    let term: string | undefined;
    for (const { next } of heads) if (next && (term === undefined || next.term < term)) term = next.term;
    if (term === undefined) return lists.end();
    let n = 0;
    for (const head of heads) {
      const { next, source, base, remapAt } = head;
      if (next === undefined || next.term !== term) continue;
      const { df, bytes, sum } = next.entry;
      const at = head.read(next.entry);
      const count = kernel.run.decodeInto(at, df, bytes, sum, remapAt, base, ordinals + 4 * n, tfs + 4 * n);
      if (count < 0) throw damaged(source.name, 'a posting list');
      n += count;
      head.next = head.entries.next().value;
    }
    if (n > 0) lists.add(Buffer.from(term, 'latin1'), ordinals, tfs, n);
  }
}
