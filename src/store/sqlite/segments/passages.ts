import type { Chunk, Document } from '../../../types.ts';
import { damaged } from './damage.ts';
import { readExactly } from './files.ts';
import { DOCUMENT, ENTRY } from './format.ts';
import { keysOf, type OpenSegment, ordinalFrom, type Snapshot, segmentOf } from './open.ts';
import type { ChunkRecord } from './records.ts';

/** What a chunk's entry says: enough to name it. */
export interface ChunkEntry {
  key: number;
  document: number;
  /** `document id:position` */
  id: string;
  position: number;
  start: number;
  end: number;
  segment: OpenSegment;
  place: number;
  bytes: number;
  sum: number;
}

/** Throws RagError('verify') for an entry that is not what was written. */
export function entryAt(snapshot: Snapshot, segment: OpenSegment, ordinal: number): ChunkEntry {
  const { file, name, toc } = segment;
  const bytes = readExactly(file, name, toc.table + ordinal * ENTRY, ENTRY);
  if (snapshot.kernel.sum(bytes.subarray(4)) !== bytes.readUInt32LE(0)) throw damaged(name, "a chunk's entry");
  const word = (i: number) => bytes.readUInt32LE(4 + 4 * i);
  const position = word(2);
  return {
    ...{ key: word(0), document: word(1), position, start: word(3), end: word(4), bytes: word(5), sum: word(6) },
    ...{ place: bytes.readDoubleLE(32), id: `${bytes.toString('hex', 40, ENTRY)}:${position}`, segment },
  };
}

/** By ordinal over all segments. */
export function entryOf(snapshot: Snapshot, ordinal: number): ChunkEntry {
  const { filled } = snapshot;
  let i = filled.length - 1;
  while (filled[i]!.base > ordinal) i--;
  return entryAt(snapshot, filled[i]!, ordinal - filled[i]!.base);
}

/** Ordinal over all segments of a chunk key; undefined if no segment has it. */
export function ordinalOf(snapshot: Snapshot, key: number): number | undefined {
  const segment = segmentOf(snapshot, key);
  if (segment === undefined) return undefined;
  const keys = keysOf(snapshot, segment);
  const ordinal = ordinalFrom(segment, keys, key);
  return ordinal < segment.toc.chunks && (keys === undefined || keys[ordinal] === key)
    ? segment.base + ordinal
    : undefined;
}

export function recordOf(snapshot: Snapshot, { segment, place, bytes, sum }: ChunkEntry): ChunkRecord {
  const record = readExactly(segment.file, segment.name, place, bytes);
  if (snapshot.kernel.sum(record) !== sum) throw damaged(segment.name, 'the text of a passage');
  return JSON.parse(record.toString('utf8')) as ChunkRecord;
}

export function chunkOf(snapshot: Snapshot, entry: ChunkEntry): Omit<Chunk, 'terms'> {
  const [context, locator, text] = recordOf(snapshot, entry);
  const { id, position, start, end } = entry;
  return { id, document: id.slice(0, 64), position, start, end, text, context, locator };
}

/** Records of documents that stand apart from their chunks are newer; otherwise it is in the chunk's own segment. */
export function documentOf(snapshot: Snapshot, { document, segment }: ChunkEntry): Document {
  for (const late of snapshot.segments.toReversed()) {
    if (!late.toc.late) continue;
    const found = documentIn(snapshot, late, document);
    if (found !== undefined) return found;
  }
  const found = documentIn(snapshot, segment, document);
  if (found === undefined) throw damaged(segment.name, 'its table of documents');
  return found;
}

function documentIn(snapshot: Snapshot, { file, name, toc }: OpenSegment, key: number): Document | undefined {
  const entry = (i: number, count: number) =>
    readExactly(file, name, toc.documentTable + i * DOCUMENT, count * DOCUMENT);
  let low = 0;
  let high = toc.documents;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entry(middle, 1).readUInt32LE(0) < key) low = middle + 1;
    else high = middle;
  }
  if (low >= toc.documents) return undefined;
  const pair = entry(low, 2);
  if (pair.readUInt32LE(0) !== key) return undefined;
  const from = pair.readDoubleLE(8);
  const bytes = pair.readDoubleLE(DOCUMENT + 8) - from;
  if (!(bytes > 0 && bytes <= toc.bytes)) throw damaged(name, 'its table of documents');
  const record = readExactly(file, name, from, bytes);
  if (snapshot.kernel.sum(record) !== pair.readUInt32LE(4)) throw damaged(name, 'the record of a document');
  const parsed = JSON.parse(record.toString('utf8')) as { key: number; document: Document };
  if (parsed.key !== key) throw damaged(name, 'its table of documents');
  return parsed.document;
}
