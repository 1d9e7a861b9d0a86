import type { Chunk, Document } from '../../../types.ts';
import { type FileWriter, fileWriter } from './files.ts';
import type { Segment } from './format.ts';
import type { Kernel } from './kernel.ts';
import { listWriter } from './lists.ts';
import { type RecordWriter, recordWriter } from './records.ts';
import { sortTerms } from './terms.ts';

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

/** Numbers that grow. */
interface Column {
  values: Uint32Array;
  count: number;
}

function push(column: Column, value: number): void {
  if (column.count === column.values.length) {
    const larger = new Uint32Array(2 * column.count);
    larger.set(column.values);
    column.values = larger;
  }
  column.values[column.count++] = value;
}

const newColumn = (size: number): Column => ({ values: new Uint32Array(size), count: 0 });

/** A new segment file from chunks with their terms. `path` must not exist. */
export function segmentBuilder(kernel: Kernel, path: string, id: number): SegmentBuilder {
  const numbers = new Map<string, number>();
  const terms = newColumn(1 << 14);
  const tfs = newColumn(1 << 14);
  /** Where the postings of each chunk begin. */
  const starts = newColumn(256);
  const lengths = newColumn(256);
  let file: FileWriter | undefined;
  let records: RecordWriter | undefined;
  const open = () => {
    file ??= fileWriter(path, 'wx');
    return (records ??= recordWriter(kernel, file));
  };

  /** Postings by term: counted, then put in place. Returns where each term's begin. */
  function byTerm(): Uint32Array {
    const n = terms.count;
    const begins = new Uint32Array(numbers.size + 1);
    for (let i = 0; i < n; i++) begins[terms.values[i]! + 1]!++;
    for (let i = 0; i < numbers.size; i++) begins[i + 1]! += begins[i]!;
    const at = begins.slice();
    const ordinalsAt = kernel.region('ordinals', 4 * n);
    const tfsAt = kernel.region('tfs', 4 * n);
    const ordinals = kernel.u32(ordinalsAt, n);
    const counts = kernel.u32(tfsAt, n);
    for (let chunk = 0; chunk < starts.count; chunk++) {
      const end = chunk + 1 < starts.count ? starts.values[chunk + 1]! : n;
      for (let i = starts.values[chunk]!; i < end; i++) {
        const to = at[terms.values[i]!]!++;
        ordinals[to] = chunk;
        counts[to] = tfs.values[i]!;
      }
    }
    return begins;
  }

  return {
    chunk(key, document, chunk, counted) {
      open().chunk(key, document, chunk);
      push(starts, terms.count);
      let length = 0;
      for (const [term, tf] of counted) {
        length += tf;
        let number = numbers.get(term);
        if (number === undefined) numbers.set(term, (number = numbers.size));
        push(terms, number);
        push(tfs, tf);
      }
      push(lengths, Math.min(LONGEST, length));
    },
    document(key, document, late) {
      open().document(key, document, late);
    },
    finish() {
      if (file === undefined || records === undefined) return undefined;
      const chunks = lengths.count;
      const stored = records.end();
      const lengthsAt = kernel.region('built lengths', 2 * chunks + 64);
      const sorted = sortTerms([...numbers.keys()]);
      const begins = byTerm();
      kernel.u16(lengthsAt, chunks).set(lengths.values.subarray(0, chunks));
      const lists = listWriter(kernel, file, lengthsAt);
      const ordinals = kernel.region('ordinals', 0);
      const counts = kernel.region('tfs', 0);
      for (const { term, bytes } of sorted) {
        const number = numbers.get(term)!;
        const from = begins[number]!;
        lists.add(bytes, ordinals + 4 * from, counts + 4 * from, begins[number + 1]! - from);
      }
      const { index, blocks } = lists.end();
      const lengthBytes = Buffer.from(kernel.bytes(lengthsAt, 2 * chunks));
      const lengthSection = { at: file.at, bytes: lengthBytes.length, sum: kernel.sum(lengthBytes) };
      file.write(lengthBytes);
      const bytes = file.at;
      file.end();
      return { id, bytes, chunks, ...stored, index, blocks, lengths: lengthSection };
    },
    abandon: () => file?.abandon(),
  };
}
