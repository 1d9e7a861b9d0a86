import { damaged } from './damage.ts';
import { readExactly } from './files.ts';
import { DEAD } from './format.ts';
import type { Kernel } from './kernel.ts';
import { joined, outside, type Ranges } from './ranges.ts';

/** A document's chunks were hidden (superseded, removed, or not complete yet), or shown. */
export interface DeadEntry {
  first: number;
  last: number;
  hidden: boolean;
}

export function encodeDead(kernel: Kernel, entries: readonly DeadEntry[]): Buffer {
  const bytes = Buffer.alloc(entries.length * DEAD);
  entries.forEach(({ first, last, hidden }, i) => {
    const at = i * DEAD;
    bytes.writeUInt32LE(first, at);
    bytes.writeUInt32LE(last, at + 4);
    bytes.writeUInt32LE(hidden ? 1 : 0, at + 8);
    bytes.writeUInt32LE(kernel.sum(bytes.subarray(at, at + 12)), at + 12);
  });
  return bytes;
}

/** The hidden chunk keys. Throws RagError('verify') for an entry that is not what was written. */
export function readDead(kernel: Kernel, file: number, name: string, count: number): Ranges {
  const bytes = readExactly(file, name, 0, count * DEAD);
  let ranges: [number, number][] = [];
  for (let at = 0; at < bytes.length; at += DEAD) {
    if (kernel.sum(bytes.subarray(at, at + 12)) !== bytes.readUInt32LE(at + 12)) throw damaged(name, 'an entry');
    const first = bytes.readUInt32LE(at);
    const last = bytes.readUInt32LE(at + 4);
    if (bytes.readUInt32LE(at + 8) === 1) ranges.push([first, last]);
    else ranges = shown(ranges, first, last);
  }
  return joined(ranges);
}

/** Takes first … last out again: rare, once for a document that was written in pieces. */
export function shown(ranges: [number, number][], first: number, last: number): [number, number][] {
  return ranges.flatMap(([from, to]) => [...outside(Float64Array.of(first, last), from, to)]);
}
