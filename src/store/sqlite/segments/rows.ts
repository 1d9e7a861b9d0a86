import { join } from 'node:path';
import { openCodes } from './codes.ts';
import { damaged } from './damage.ts';
import { bitsOf, codesFile, LINK, linksFile, rowsFile, strideOf, type VectorFiles } from './format.ts';
import type { Kernel } from './kernel.ts';
import { inside, outside, type Ranges, setBits, touches } from './ranges.ts';

/** Chunks first … first + count - 1 have the vectors slot … slot + count - 1. */
export interface Link {
  first: number;
  slot: number;
  count: number;
}

/** The vectors of a snapshot. A cosine is the same in every way it is asked for. */
export interface Vectors {
  files: VectorFiles;
  /** Slot by chunk key, for those that have one. */
  slotsOf(chunks: Uint32Array): Map<number, number>;
  /** The chunks of each slot. */
  chunksOf(slots: Uint32Array): Map<number, number[]>;
  /** What the rows of these slots say. */
  read(slots: readonly number[]): Float32Array[];
  /** Cosine of each of the slots (ascending) to a unit vector. */
  cosines(query: Float32Array, slots: Uint32Array): Float32Array;
  /** The best `k` slots, and what equals the last, of those that `bits` (0: all) allows, with their cosines; unordered. */
  best(query: Float32Array, k: number, bits: number): { slot: number; cosine: number }[];
  /** One bit a slot: some chunk of it is allowed. 0 if all are. */
  slotBits(allowed: Ranges, within: boolean): number;
  /** Reads all of it. Throws RagError('verify') for the first part that is not what was written. */
  verify(): void;
}

/** Up to here all rows are read; behind it their codes, which are an eighth. */
export const FLAT = 16_384;
/** Bytes read at once. */
const PIECE = 1 << 19;
const NO_SLOT = 0xffffffff;

export function openVectors(kernel: Kernel, dir: string, files: VectorFiles, open: (name: string) => number): Vectors {
  const stride = strideOf(files.dimensions);
  /** Rows read at once. */
  const most = Math.floor(PIECE / stride);
  const bits = bitsOf(files.dimensions);
  const rowsName = join(dir, rowsFile(files.generation));
  const rows = open(rowsFile(files.generation));
  const codes = files.codes && codesIn(files.codes);
  const linksName = linksFile(files.generation);
  const linksHandle = files.links > 0 ? open(linksName) : -1;
  let linksAt: number | undefined;

  function codesIn({ generation, blocks }: { generation: number; blocks: number }) {
    const name = codesFile(generation);
    return openCodes(kernel, open(name), join(dir, name), files.dimensions, blocks);
  }

  /** Address of all links, read and checked when they are first needed. */
  function links(): number {
    if (linksAt !== undefined) return linksAt;
    const at = kernel.region('links', files.links * LINK);
    if (files.links === 0) return (linksAt = at);
    if (!kernel.read(linksHandle, 0, at, files.links * LINK)) throw damaged(join(dir, linksName), 'its end');
    if (kernel.run.checkTriples(at, files.links) >= 0) throw damaged(join(dir, linksName), 'a link');
    return (linksAt = at);
  }

  function setQuery(query: Float32Array): number {
    const at = kernel.region('query', 4 * bits + 64);
    kernel.f32(at, bits).fill(0);
    kernel.f32(at, query.length).set(query);
    return at;
  }

  /** Reads `count` rows from `slot` on to `at`. */
  function readRows(slot: number, count: number, at: number): void {
    if (!kernel.read(rows, slot * stride, at, count * stride)) throw damaged(rowsName, 'its end');
  }

  /** Cosines of the `count` rows at `at` to `out`. */
  function score(query: number, at: number, count: number, out: number): void {
    if (kernel.run.dots(query, at, count, stride, out) >= 0) throw damaged(rowsName, 'a vector');
  }

  /** Address of the cosines, in the order of the slots. */
  function cosinesAt(query: Float32Array, slots: Uint32Array): number {
    const piece = kernel.region('rows', PIECE);
    const out = kernel.region('cosines', 4 * slots.length + 64);
    const at = setQuery(query);
    for (let i = 0; i < slots.length; i += most) {
      const count = Math.min(most, slots.length - i);
      for (let j = 0; j < count; ) {
        const first = slots[i + j]!;
        let run = 1;
        while (j + run < count && slots[i + j + run] === first + run) run++;
        readRows(first, run, piece + j * stride);
        j += run;
      }
      score(at, piece, count, out + 4 * i);
    }
    return out;
  }

  /** All rows from `from` on: their cosines to the region 'all cosines', by slot. */
  function flat(query: Float32Array, from: number): number {
    const total = files.slots - from;
    const piece = kernel.region('rows', PIECE);
    const out = kernel.region('all cosines', 4 * total + 64);
    const at = setQuery(query);
    for (let done = 0; done < total; done += most) {
      const count = Math.min(most, total - done);
      readRows(from + done, count, piece);
      score(at, piece, count, out + 4 * done);
    }
    return out;
  }

  /** Of `count` cosines at `at` those that are among the best `k`; `own`: bits by place, or 0. */
  function top(at: number, count: number, k: number, own: number): { place: number; cosine: number }[] {
    const heap = kernel.region('heap', 4 * k);
    const out = kernel.region('collected', 4 * count);
    const found = kernel.run.best(at, count, 0, own, k, -2, 1, 0, heap, out, count);
    const values = kernel.f32(at, count);
    return Array.from(kernel.u32(out, found), (place) => ({ place, cosine: values[place]! }));
  }

  return {
    files,
    slotsOf(chunks) {
      const sorted = chunks.slice().sort();
      const n = sorted.length;
      const all = links();
      const keys = kernel.region('linked', 4 * n);
      const out = kernel.region('linked to', 4 * n);
      kernel.u32(keys, n).set(sorted);
      kernel.u32(out, n).fill(NO_SLOT);
      kernel.run.slotsOf(all, files.links, keys, n, out);
      const found = new Map<number, number>();
      kernel.u32(out, n).forEach((slot, i) => {
        if (slot !== NO_SLOT) found.set(sorted[i]!, slot);
      });
      return found;
    },
    chunksOf(slots) {
      const sorted = slots.slice().sort();
      const n = sorted.length;
      const all = links();
      const at = kernel.region('linked', 4 * n);
      kernel.u32(at, n).set(sorted);
      let most = 2 * n + 64;
      for (;;) {
        const out = kernel.region('linked to', 8 * most);
        const count = kernel.run.chunksOf(all, files.links, at, n, out, most) >>> 0;
        if (count > most) {
          most = count;
          continue;
        }
        const pairs = kernel.u32(out, 2 * count);
        const found = new Map<number, number[]>();
        for (let i = 0; i < count; i++) {
          const slot = sorted[pairs[2 * i]!]!;
          const chunks = found.get(slot);
          if (chunks === undefined) found.set(slot, [pairs[2 * i + 1]!]);
          else chunks.push(pairs[2 * i + 1]!);
        }
        return found;
      }
    },
    read(slots) {
      const at = kernel.region('row', stride);
      return slots.map((slot) => {
        if (!kernel.read(rows, slot * stride, at, stride)) throw damaged(rowsName, 'its end');
        if (kernel.run.checksum(at, stride - 4) >>> 0 !== kernel.u32(at + stride - 4, 1)[0])
          throw damaged(rowsName, 'a vector');
        const scale = kernel.f32(at + stride - 8, 1)[0]!;
        const bytes = kernel.bytes(at, files.dimensions);
        return Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, files.dimensions), (v) => v * scale);
      });
    },
    cosines: (query, slots) => kernel.f32(cosinesAt(query, slots), slots.length).slice(),
    best(query, k, allowed) {
      const coded = codes?.slots ?? 0;
      const rest = files.slots - coded;
      const found: { slot: number; cosine: number }[] = [];
      if (codes !== undefined) {
        const slots = codes.nearest(query, k, allowed);
        for (const { place, cosine } of top(cosinesAt(query, slots), slots.length, k, 0))
          found.push({ slot: slots[place]!, cosine });
      }
      if (rest > 0) {
        // Bits start at a byte: blocks of codes are multiples of 8.
        const own = allowed === 0 ? 0 : allowed + coded / 8;
        for (const { place, cosine } of top(flat(query, coded), rest, k, own))
          found.push({ slot: coded + place, cosine });
      }
      return found;
    },
    slotBits(ranges, within) {
      if (!within && ranges.length === 0) return 0;
      const size = (files.slots + 7) >> 3;
      links();
      const at = kernel.region('slot bits', size + 8);
      const words = kernel.u32(links(), (files.links * LINK) / 4);
      const target = kernel.bytes(at, size);
      target.fill(0);
      for (let word = 0; word < words.length; word += 4) {
        const [first, slot, count] = [words[word]!, words[word + 1]!, words[word + 2]!];
        const touched = touches(ranges, first, first + count - 1);
        if (!touched) {
          if (!within) setBits(target, slot, slot + count);
          continue;
        }
        const last = first + count - 1;
        for (const [from, to] of within ? inside(ranges, first, last) : outside(ranges, first, last))
          setBits(target, slot + from - first, slot + to - first + 1);
      }
      return at;
    },
    verify() {
      links();
      const nothing = new Float32Array(files.dimensions);
      flat(nothing, 0);
      codes?.nearest(nothing, 1, 0);
    },
  };
}

export function encodeLinks(kernel: Kernel, links: readonly Link[]): Buffer {
  const bytes = Buffer.alloc(links.length * LINK);
  links.forEach(({ first, slot, count }, i) => {
    const at = i * LINK;
    bytes.writeUInt32LE(first, at);
    bytes.writeUInt32LE(slot, at + 4);
    bytes.writeUInt32LE(count, at + 8);
    bytes.writeUInt32LE(kernel.sum(bytes.subarray(at, at + 12)), at + 12);
  });
  return bytes;
}

/** Chunk and slot runs, joined where both go on. */
export function linksOf(pairs: Iterable<readonly [chunk: number, slot: number]>): Link[] {
  const links: Link[] = [];
  for (const [chunk, slot] of pairs) {
    const last = links.at(-1);
    if (last && last.first + last.count === chunk && last.slot + last.count === slot) last.count++;
    else links.push({ first: chunk, slot, count: 1 });
  }
  return links;
}
