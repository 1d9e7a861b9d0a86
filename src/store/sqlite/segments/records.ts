import type { Chunk, Document, Locator } from '../../../types.ts';
import type { FileWriter } from './files.ts';
import { DOCUMENT, ENTRY, type Section, type Segment } from './format.ts';
import type { Kernel } from './kernel.ts';

/** What a segment's head says of its records. */
export type Stored = Pick<Segment, 'first' | 'last' | 'table' | 'documents' | 'documentTable' | 'late' | 'keys'>;

export interface RecordWriter {
  chunk(key: number, document: number, chunk: Omit<Chunk, 'terms'>): void;
  document(key: number, document: Document, late: boolean): void;
  /** Writes the tables behind the records. */
  end(): Stored;
}

/** A chunk's record holds what its entry does not. */
export type ChunkRecord = [context: string, locator: Locator, text: string];

export interface EntryValues {
  key: number;
  document: number;
  position: number;
  start: number;
  end: number;
  bytes: number;
  sum: number;
  place: number;
  /** Hex. */
  id: string;
}

export function writeEntry(kernel: Kernel, to: Buffer, at: number, entry: EntryValues): void {
  const { key, document, position, start, end, bytes, sum } = entry;
  [key, document, position, start, end, bytes, sum].forEach((value, i) => {
    to.writeUInt32LE(value, at + 4 + 4 * i);
  });
  to.writeDoubleLE(entry.place, at + 32);
  to.write(entry.id, at + 40, 32, 'hex');
  to.writeUInt32LE(kernel.sum(to.subarray(at + 4, at + ENTRY)), at);
}

/** Chunk and document records as they come, then the tables that find them. */
export function recordWriter(kernel: Kernel, file: FileWriter): RecordWriter {
  let table = Buffer.allocUnsafe(64 * ENTRY);
  let chunks = 0;
  let first = 0;
  let last = -1;
  let late = false;
  const documents = new Map<number, Buffer>();
  const keys: number[] = [];

  return {
    chunk(key, document, chunk) {
      const record: ChunkRecord = [chunk.context, chunk.locator, chunk.text];
      const bytes = Buffer.from(JSON.stringify(record));
      if ((chunks + 1) * ENTRY > table.length) table = Buffer.concat([table], 2 * table.length);
      const { position, start, end } = chunk;
      writeEntry(kernel, table, chunks * ENTRY, {
        ...{ key, document, position, start, end, bytes: bytes.length, sum: kernel.sum(bytes) },
        ...{ place: file.at, id: chunk.document },
      });
      file.write(bytes);
      if (chunks === 0) first = key;
      last = key;
      keys.push(key);
      chunks++;
    },
    document(key, document, isLate) {
      documents.set(key, Buffer.from(JSON.stringify({ key, document })));
      late ||= isLate;
    },
    end() {
      const tableAt = file.at;
      file.write(table.subarray(0, chunks * ENTRY));
      const dense = last - first + 1 === chunks;
      const stored = writeDocuments(kernel, file, documents);
      const keySection = dense ? {} : { keys: writeSection(kernel, file, Buffer.from(Uint32Array.from(keys).buffer)) };
      return { first, last, table: tableAt, late, ...stored, ...keySection };
    },
  };
}

export function writeSection(kernel: Kernel, file: FileWriter, bytes: Buffer): Section {
  const section = { at: file.at, bytes: bytes.length, sum: kernel.sum(bytes) };
  file.write(bytes);
  return section;
}

/** Records by document key, then their table. */
export function writeDocuments(
  kernel: Kernel,
  file: FileWriter,
  documents: Map<number, Buffer>,
): { documents: number; documentTable: number } {
  const sorted = [...documents].sort(([a], [b]) => a - b);
  const entries = Buffer.alloc((sorted.length + 1) * DOCUMENT);
  sorted.forEach(([key, record], i) => {
    entries.writeUInt32LE(key, i * DOCUMENT);
    entries.writeUInt32LE(kernel.sum(record), i * DOCUMENT + 4);
    entries.writeDoubleLE(file.at, i * DOCUMENT + 8);
    file.write(record);
  });
  entries.writeDoubleLE(file.at, sorted.length * DOCUMENT + 8);
  const documentTable = file.at;
  file.write(entries);
  return { documents: sorted.length, documentTable };
}
