import { damaged } from './damage.ts';
import { BLOCK_HEAD, entriesOf } from './dictionary.ts';
import { readExactly } from './files.ts';
import { DOCUMENT } from './format.ts';
import { keysOf, type OpenSegment, type Snapshot } from './open.ts';
import { entryAt, recordOf } from './passages.ts';

/** Reads all of a segment. Throws RagError('verify') for the first part that is not what was written. */
export function verifySegment(snapshot: Snapshot, segment: OpenSegment): void {
  const { kernel } = snapshot;
  const { toc, file, name } = segment;
  keysOf(snapshot, segment);
  for (let ordinal = 0; ordinal < toc.chunks; ordinal++) recordOf(snapshot, entryAt(snapshot, segment, ordinal));
  const lengths = readExactly(file, name, toc.lengths.at, toc.lengths.bytes);
  if (kernel.sum(lengths) !== toc.lengths.sum) throw damaged(name, "its chunks' lengths");

  const table = readExactly(file, name, toc.documentTable, (toc.documents + 1) * DOCUMENT);
  for (let i = 0; i < toc.documents; i++) {
    const at = i * DOCUMENT;
    const from = table.readDoubleLE(at + 8);
    const bytes = table.readDoubleLE(at + DOCUMENT + 8) - from;
    if (!(bytes > 0 && bytes <= toc.bytes)) throw damaged(name, 'its table of documents');
    const record = readExactly(file, name, from, bytes);
    if (kernel.sum(record) !== table.readUInt32LE(at + 4)) throw damaged(name, 'the record of a document');
    if ((JSON.parse(record.toString('utf8')) as { key: number }).key !== table.readUInt32LE(at))
      throw damaged(name, 'its table of documents');
  }
  verifyLists(snapshot, segment);
}

function verifyLists({ kernel }: Snapshot, { toc, file, name }: OpenSegment): void {
  const index = readExactly(file, name, toc.index.at, toc.index.bytes);
  if (kernel.sum(index) !== toc.index.sum) throw damaged(name, "its dictionary's index");
  const places = toc.index.bytes - 8 * (toc.blocks + 1);
  for (let block = 0; block < toc.blocks; block++) {
    const from = index.readDoubleLE(places + 8 * block);
    const bytes = readExactly(file, name, from, index.readDoubleLE(places + 8 * block + 8) - from);
    if (bytes.length < BLOCK_HEAD || kernel.sum(bytes.subarray(4)) !== bytes.readUInt32LE(0))
      throw damaged(name, 'a block of its dictionary');
    for (const { entry } of entriesOf(bytes)) {
      const at = kernel.region('list', entry.bytes);
      const room = kernel.region('checked', 8 * entry.df);
      const intact = kernel.read(file, entry.place, at, entry.bytes);
      const count = intact
        ? kernel.run.decodeInto(at, entry.df, entry.bytes, entry.sum, 0, 0, room, room + 4 * entry.df)
        : -1;
      if (count !== entry.df) throw damaged(name, 'a posting list');
    }
  }
}
