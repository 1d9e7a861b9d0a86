import type { FileWriter } from './files.ts';
import type { Section } from './format.ts';
import type { Kernel, List } from './kernel.ts';

/** Bytes after which a block of the dictionary ends. */
const BLOCK = 4096;
/** A block's head: its checksum (u32) and where its first list stands (f64, from the start of the file). */
export const BLOCK_HEAD = 12;

export interface DictionaryWriter {
  /** Terms in the order of their bytes. `place`: where the list stands, right behind the one before. */
  add(term: Uint8Array, df: number, bytes: number, largest: number, sum: number, place: number): void;
  end(): { index: Section; blocks: number };
}

/**
 * Terms front-coded in blocks. The index behind them holds the blocks' first terms and, as f64, their places: offsets of the
 * terms (u32, blocks + 1), the terms' bytes, padding to 8, places (blocks + 1).
 */
export function dictionaryWriter(kernel: Kernel, file: FileWriter): DictionaryWriter {
  // Gathered: the lists are written first, the dictionary behind them.
  const blocks: Buffer[] = [];
  const firsts: Buffer[] = [];
  let block = Buffer.allocUnsafe(4 * BLOCK);
  let at = 0;
  let before: Uint8Array = new Uint8Array(0);

  const varint = (value: number) => {
    let rest = value;
    for (; rest > 127; rest >>>= 7) block[at++] = (rest & 127) | 128;
    block[at++] = rest;
  };
  const close = () => {
    if (at === 0) return;
    const done = Buffer.from(block.subarray(0, at));
    done.writeUInt32LE(kernel.sum(done.subarray(4)), 0);
    blocks.push(done);
    at = 0;
  };
  return {
    add(term, df, bytes, largest, sum, place) {
      if (at >= BLOCK) close();
      if (at === 0) {
        block.writeDoubleLE(place, 4);
        at = BLOCK_HEAD;
        before = new Uint8Array(0);
        firsts.push(Buffer.from(term));
      }
      if (at + term.length + 32 > block.length) block = Buffer.concat([block], 2 * block.length + term.length);
      let shared = 0;
      while (shared < before.length && shared < term.length && before[shared] === term[shared]) shared++;
      varint(shared);
      varint(term.length - shared);
      block.set(term.subarray(shared), at);
      at += term.length - shared;
      varint(df);
      varint(bytes);
      block[at++] = largest;
      at = block.writeUInt32LE(sum, at);
      before = term;
    },
    end() {
      close();
      const places = Buffer.alloc(8 * (blocks.length + 1));
      blocks.forEach((bytes, i) => {
        places.writeDoubleLE(file.at, 8 * i);
        file.write(bytes);
      });
      places.writeDoubleLE(file.at, 8 * blocks.length);
      const offsets = Buffer.alloc(4 * (blocks.length + 1));
      let length = 0;
      firsts.forEach((first, i) => {
        offsets.writeUInt32LE(length, 4 * i);
        length += first.length;
      });
      offsets.writeUInt32LE(length, 4 * blocks.length);
      const padding = Buffer.alloc(-(offsets.length + length) & 7);
      const index = Buffer.concat([offsets, ...firsts, padding, places]);
      const section = { at: file.at, bytes: index.length, sum: kernel.sum(index) };
      file.write(index);
      return { index: section, blocks: blocks.length };
    },
  };
}

/** A term in one segment: `place` is where its list stands in the file. */
export interface Entry {
  df: number;
  bytes: number;
  /** Largest impact of a posting, 0 … 255 of K1 + 1. */
  largest: number;
  sum: number;
  place: number;
  /** The list itself, if it stands in no file: `unite` made it. */
  held?: Uint8Array;
}

export const listAt = (entry: Entry, at: number): List => [at, entry.df, entry.bytes, entry.sum];

/**
 * The entries of one block, in order, for merging. `bytes`: the block with its head. A term's bytes come as the characters of a
 * string (latin1), because strings are compared in their order several times as fast as buffers.
 */
export function* entriesOf(bytes: Buffer): Generator<{ term: string; entry: Entry }> {
  let at = BLOCK_HEAD;
  let place = bytes.readDoubleLE(4);
  let term = '';
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const shared = varint();
    const rest = varint();
    term = term.slice(0, shared) + bytes.toString('latin1', at, at + rest);
    at += rest;
    const df = varint();
    const length = varint();
    const largest = bytes[at++]!;
    const sum = bytes.readUInt32LE(at);
    at += 4;
    yield { term, entry: { df, bytes: length, largest, sum, place } };
    place += length;
  }
}
