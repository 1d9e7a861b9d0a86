import type { Chunk, Document } from '../../../types.ts';
import { type FileWriter, fileWriter } from './files.ts';
import type { Segment } from './format.ts';
import type { Kernel } from './kernel.ts';
import { listWriter } from './lists.ts';
import { type PostingsBuilder, postingsBuilder } from './postings.ts';
import { type RecordWriter, recordWriter, writeSection } from './records.ts';

/** Chunk lengths are kept in 16 bits; no chunk of ours comes near. */
const LONGEST = 65_535;

export interface SegmentBuilder {
  /** Keys must come in ascending order. */
  chunk(key: number, document: number, chunk: Omit<Chunk, 'terms'>, terms: Map<string, number>): void;
  /** `late`: its chunks stand in earlier segments. */
  document(key: number, document: Document, late: boolean): void;
  /** The file is on the disk when it returns; undefined if nothing was added. */
  finish(): Segment | undefined;
  abandon(): void;
}

/** A new segment file from chunks with their terms. `path` must not exist. */
export function segmentBuilder(kernel: Kernel, path: string, id: number): SegmentBuilder {
  const lengths: number[] = [];
  let postings: PostingsBuilder | undefined;
  let file: FileWriter | undefined;
  let records: RecordWriter | undefined;
  const open = () => {
    file ??= fileWriter(path, 'wx');
    return (records ??= recordWriter(kernel, file));
  };

  return {
    chunk(key, document, chunk, terms) {
      open().chunk(key, document, chunk);
      postings ??= postingsBuilder(kernel);
      lengths.push(Math.min(LONGEST, postings.add(terms)));
    },
    document(key, document, late) {
      open().document(key, document, late);
    },
    finish() {
      if (file === undefined || records === undefined) return undefined;
      const chunks = lengths.length;
      const stored = records.end();
      const lengthsAt = kernel.region('built lengths', 2 * chunks + 64);
      kernel.u16(lengthsAt, chunks).set(lengths);
      const lists = listWriter(kernel, file, lengthsAt);
      if (postings !== undefined) lists.addSorted(postings.sorted());
      const { index, blocks } = lists.end();
      const lengthSection = writeSection(kernel, file, Buffer.from(kernel.bytes(lengthsAt, 2 * chunks)));
      const bytes = file.at;
      file.end();
      return { id, bytes, chunks, ...stored, index, blocks, lengths: lengthSection };
    },
    abandon: () => file?.abandon(),
  };
}
