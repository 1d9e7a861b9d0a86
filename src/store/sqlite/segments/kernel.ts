import { readSync } from 'node:fs';
import { KERNELS } from './kernels-wasm.ts';

/** What `kernels.ts` exports. Arguments are addresses in the memory unless the name there says otherwise. */
interface Exports {
  checksum(at: number, bytes: number): number;
  findBlock(index: number, blocks: number, term: number, length: number): number;
  findEntry(block: number, end: number, term: number, length: number, scratch: number, out: number): number;
  accumulate(...args: [...List, acc: number, touched: number, lengths: number, table: number, weight: number]): number;
  countLive(...args: [...List, bits: number]): number;
  rescore(
    ...args: [
      ...List,
      ...[ordinals: number, n: number, lengths: number, weight: number, scores: number, seen: number, mark: number],
    ]
  ): number;
  decodeInto(...args: [...List, remap: number, base: number, ordinals: number, tfs: number]): number;
  encode(ordinals: number, tfs: number, n: number, lengths: number, out: number, head: number): number;
  intern(
    ...args: [
      ...[text: number, bytes: number, table: number, mask: number, arena: number, offsets: number],
      ...[hashes: number, known: number, out: number],
    ]
  ): number;
  rehash(table: number, mask: number, hashes: number, count: number): void;
  group(
    ...args: [
      ...[terms: number, tfs: number, n: number, starts: number, chunks: number, distinct: number],
      ...[begins: number, cursor: number, ordinals: number, counts: number],
    ]
  ): void;
  sortTerms(arena: number, offsets: number, count: number, order: number): void;
  fits(state: number, n: number, length: number): number;
  addList(
    ...args: [
      ...[state: number, term: number, length: number, ordinals: number, tfs: number, n: number, lengths: number],
    ]
  ): void;
  addSorted(
    ...args: [
      ...[state: number, order: number, from: number, count: number, arena: number, offsets: number],
      ...[begins: number, ordinals: number, tfs: number, lengths: number],
    ]
  ): number;
  closeBlock(state: number): void;
  checkTriples(records: number, n: number): number;
  slotsOf(links: number, n: number, chunks: number, m: number, out: number): void;
  chunksOf(links: number, n: number, slots: number, m: number, out: number, most: number): number;
  best(
    ...args: [
      ...[values: number, n: number, touched: number, bits: number, k: number],
      ...[floor: number, share: number, less: number, heap: number, out: number, most: number],
    ]
  ): number;
  collect(
    ...args: [
      ...[values: number, n: number, touched: number, bits: number],
      ...[threshold: number, floor: number, out: number, most: number],
    ]
  ): number;
  wipe(values: number, n: number, touched: number): void;
  quantise(vector: number, dims: number, stride: number, out: number): void;
  dots(query: number, rows: number, n: number, stride: number, out: number): number;
  codesOf(
    ...args: [
      ...[rows: number, n: number, stride: number, dims: number, bits: number],
      ...[mean: number, scratch: number, out: number],
    ]
  ): number;
  tableOf(turned: number, bytes: number, out: number): void;
  beginNearest(state: number, near: number, room: number): void;
  keepNearest(state: number, words: number, histogram: number): number;
  nearest(
    ...args: [
      ...[query: number, codes: number, n: number, words: number, first: number, bits: number],
      ...[state: number, histogram: number],
    ]
  ): void;
  estimates(state: number, table: number, words: number, out: number): void;
}

/** A posting list: where it lies, how many postings, bytes, checksum. */
export type List = [at: number, df: number, bytes: number, sum: number];

/** The compiled kernels with one memory, cut into regions that grow when asked for more. */
export interface Kernel {
  run: Exports;
  /** Address of a region of at least so many bytes, a multiple of 64. What was in it is kept unless it had to grow. */
  region(name: string, bytes: number): number;
  /** The same for a region that grows: the first `kept` bytes stay. */
  grown(name: string, kept: number, bytes: number): number;
  /** Views into the memory; good until the next `region`. */
  bytes(at: number, n: number): Uint8Array;
  u16(at: number, n: number): Uint16Array;
  u32(at: number, n: number): Uint32Array;
  f32(at: number, n: number): Float32Array;
  f64(at: number, n: number): Float64Array;
  /** Reads from a file into the memory; false if the file ends before. */
  read(file: number, position: number, at: number, n: number): boolean;
  /** Checksum of bytes that lie outside the memory. */
  sum(bytes: Uint8Array): number;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the global we use: its types come with the DOM library only. */
interface WebAssemblyGlobal {
  Memory: new (options: { initial: number }) => Memory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: Memory } }) => { exports: unknown };
}

const PAGE = 65_536;
/** Below this the compiled module may keep data of its own. */
const FIRST = 1024;
/** Regions grow by half more than asked, so that a growing list moves rarely. */
const SPARE = 1.5;

/** The module, compiled once a process. */
const compiled: object[] = [];

export function openKernel(): Kernel {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;
  const memory = new Memory({ initial: 4 });
  if (compiled.length === 0) compiled.push(new Module(Buffer.from(KERNELS, 'base64')));
  const { exports } = new Instance(compiled[0]!, { env: { memory } });
  const run = exports as Exports;
  const regions = new Map<string, { at: number; size: number }>();
  let end = FIRST;
  let all = new Uint8Array(memory.buffer);

  function region(name: string, bytes: number): number {
    const known = regions.get(name);
    if (known !== undefined && known.size >= bytes) return known.at;
    const size = (Math.ceil(known === undefined ? bytes : bytes * SPARE) + 127) & ~63;
    const at = end;
    end += size;
    // The vector loads of the last few values may reach past their end.
    const missing = Math.ceil((end + 64 - all.length) / PAGE);
    if (missing > 0) {
      memory.grow(missing);
      all = new Uint8Array(memory.buffer);
    }
    regions.set(name, { at, size });
    return at;
  }

  return {
    run,
    region,
    grown(name, kept, bytes) {
      const before = region(name, 0);
      const at = region(name, bytes);
      if (at !== before) all.copyWithin(at, before, before + kept);
      return at;
    },
    bytes: (at, n) => all.subarray(at, at + n),
    u16: (at, n) => new Uint16Array(memory.buffer, at, n),
    u32: (at, n) => new Uint32Array(memory.buffer, at, n),
    f32: (at, n) => new Float32Array(memory.buffer, at, n),
    f64: (at, n) => new Float64Array(memory.buffer, at, n),
    read(file, position, at, n) {
      for (let done = 0; done < n; ) {
        const got = readSync(file, all, at + done, n - done, position + done);
        if (got === 0) return false;
        done += got;
      }
      return true;
    },
    sum(bytes) {
      const at = region('sum', bytes.length);
      all.set(bytes, at);
      return run.checksum(at, bytes.length) >>> 0;
    },
  };
}
