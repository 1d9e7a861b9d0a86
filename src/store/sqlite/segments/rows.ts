import { join } from 'node:path';
import { damaged } from './damage.ts';
import { bitsOf, CODE_BLOCK, codesFile, LINK, linksFile, rowsFile, strideOf, type VectorFiles } from './format.ts';
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
  /** Cosine of each of the slots to a unit vector. */
  cosines(query: Float32Array, slots: Uint32Array): Float32Array;
  /** At least the best `k` slots of those that `bits` (0: all) allows, with their cosines; unordered. */
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
/** Slots nearest by code whose rows are looked at: for each result, at least, and one of so many. The more there are, the more lie as near. */
const PER_RESULT = 10;
const NEAREST = 1500;
const ONE_OF = 160;
/** Gap between two wanted rows that is read rather than skipped. */
const GAP = 4096;
const NO_SLOT = 0xffffffff;

export function openVectors(kernel: Kernel, dir: string, files: VectorFiles, open: (name: string) => number): Vectors {
  const stride = strideOf(files.dimensions);
  const bits = bitsOf(files.dimensions);
  const rowsName = join(dir, rowsFile(files.generation));
  const rows = open(rowsFile(files.generation));
  const codes = files.codes && open(codesFile(files.codes.generation));
  const codesName = files.codes && join(dir, codesFile(files.codes.generation));
  const linksName = linksFile(files.generation);
  const linksHandle = files.links > 0 ? open(linksName) : -1;
  let linksAt: number | undefined;

  /** Address of all links, read and checked when they are first needed. */
  function links(): number {
    if (linksAt !== undefined) return linksAt;
    const at = kernel.region('links', files.links * LINK);
    if (files.links === 0) return (linksAt = at);
    if (!kernel.read(linksHandle, 0, at, files.links * LINK)) throw damaged(join(dir, linksName), 'its end');
    if (kernel.run.checkLinks(at, files.links) >= 0) throw damaged(join(dir, linksName), 'a link');
    return (linksAt = at);
  }

  function setQuery(query: Float32Array): number {
    const at = kernel.region('query', 4 * bits + 64);
    kernel.f32(at, bits).fill(0);
    kernel.f32(at, query.length).set(query);
    return at;
  }

  /** Cosines of `count` rows from `slot` on to `out`. */
  function score(query: number, slot: number, count: number, out: number): void {
    const at = kernel.region('rows', count * stride);
    if (!kernel.read(rows, slot * stride, at, count * stride)) throw damaged(rowsName, 'its end');
    if (kernel.run.dots(query, at, count, stride, out) >= 0) throw damaged(rowsName, 'a vector');
  }

  function cosines(query: Float32Array, slots: Uint32Array): Float32Array {
    const most = Math.floor(PIECE / stride);
    kernel.region('rows', PIECE);
    const out = kernel.region('cosines', 4 * most);
    const at = setQuery(query);
    const order = Array.from(slots, (slot, i) => ({ slot, i })).sort((a, b) => a.slot - b.slot);
    const result = new Float32Array(slots.length);
    for (let i = 0; i < order.length; ) {
      const first = order[i]!.slot;
      let j = i + 1;
      while (j < order.length && (order[j]!.slot - order[j - 1]!.slot) * stride <= GAP && order[j]!.slot - first < most)
        j++;
      score(at, first, order[j - 1]!.slot - first + 1, out);
      const values = kernel.f32(out, most);
      for (; i < j; i++) result[order[i]!.i] = values[order[i]!.slot - first]!;
    }
    return result;
  }

  /** All rows from `from` on: their cosines to the region 'all cosines', by slot. */
  function flat(query: Float32Array, from: number): number {
    const count = files.slots - from;
    const most = Math.floor(PIECE / stride);
    kernel.region('rows', PIECE);
    const out = kernel.region('all cosines', 4 * count + 64);
    const at = setQuery(query);
    for (let done = 0; done < count; done += most) score(at, from + done, Math.min(most, count - done), out + 4 * done);
    return out;
  }

  /** The slots nearest by code. */
  function nearest(query: Float32Array, k: number, allowed: number): Uint32Array {
    const { blocks } = files.codes!;
    const codeBytes = bits / 8;
    const blockBytes = CODE_BLOCK * codeBytes + 8;
    const headBytes = meanBytes(files.dimensions);
    const mean = kernel.region('mean', headBytes);
    if (!kernel.read(codes!, 0, mean, headBytes)) throw damaged(codesName!, 'its end');
    if (kernel.run.checksum(mean, headBytes - 8) >>> 0 !== kernel.u32(mean + headBytes - 8, 1)[0])
      throw damaged(codesName!, 'its head');
    const perPiece = Math.max(1, Math.floor(PIECE / blockBytes));
    const piece = kernel.region('codes', perPiece * blockBytes);
    const code = kernel.region('query code', codeBytes);
    const scratch = kernel.region('turned', 4 * bits);
    const distances = kernel.region('distances', 4 * k);
    const slots = kernel.region('slots', 4 * k);
    kernel.run.codesOf(setQuery(query), 1, 0, files.dimensions, bits, mean, scratch, code);
    kernel.u32(distances, k).fill(0xffffffff);
    kernel.u32(slots, k).fill(0xffffffff);
    for (let block = 0; block < blocks; block += perPiece) {
      const count = Math.min(perPiece, blocks - block);
      if (!kernel.read(codes!, headBytes + block * blockBytes, piece, count * blockBytes))
        throw damaged(codesName!, 'its end');
      for (let i = 0; i < count; i++) {
        const at = piece + i * blockBytes;
        if (kernel.run.checksum(at, blockBytes - 8) >>> 0 !== kernel.u32(at + blockBytes - 8, 1)[0])
          throw damaged(codesName!, 'a block of codes');
        const first = (block + i) * CODE_BLOCK;
        kernel.run.hamming(code, at, CODE_BLOCK, codeBytes / 8, first, allowed, distances, slots, k);
      }
    }
    return kernel.u32(slots, k).filter((slot) => slot !== 0xffffffff);
  }

  function top(at: number, count: number, first: number, k: number, allowed: number) {
    const heap = kernel.region('heap', 4 * k);
    // Bits start at a byte: blocks of codes are multiples of 8.
    const own = allowed === 0 ? 0 : allowed + first / 8;
    const reached = kernel.run.kth(at, count, own, k, -2, heap);
    const out = kernel.region('collected', 4 * count);
    const found = kernel.run.collect(at, count, own, reached, -2, out, count);
    const values = kernel.f32(at, count);
    return Array.from(kernel.u32(out, found), (place) => ({ slot: first + place, cosine: values[place]! }));
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
    cosines,
    best(query, k, allowed) {
      const coded = files.codes === undefined ? 0 : files.codes.blocks * CODE_BLOCK;
      const rest = files.slots - coded;
      const found = [];
      if (coded > 0) {
        const slots = nearest(query, Math.max(NEAREST, PER_RESULT * k, Math.ceil(files.slots / ONE_OF)), allowed);
        const values = cosines(query, slots);
        slots.forEach((slot, i) => {
          found.push({ slot, cosine: values[i]! });
        });
      }
      if (rest > 0) found.push(...top(flat(query, coded), rest, coded, k, allowed));
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
      if (files.codes) nearest(nothing, 1, 0);
    },
  };
}

/** The head of a file of codes: the mean that is subtracted (f32), padding to 8, checksum (u32), padding. */
export const meanBytes = (dimensions: number): number => ((4 * dimensions + 7) & ~7) + 8;

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
