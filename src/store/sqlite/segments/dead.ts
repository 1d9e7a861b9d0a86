import { damaged } from './damage.ts';
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
  const at = kernel.region('dead', count * DEAD);
  if (!kernel.read(file, 0, at, count * DEAD)) throw damaged(name, 'its end');
  if (kernel.run.checkTriples(at, count) >= 0) throw damaged(name, 'an entry');
  const words = kernel.u32(at, (count * DEAD) / 4);
  let ranges: [number, number][] = [];
  for (let i = 0; i < words.length; i += DEAD / 4) {
    const [first, last, hidden] = [words[i]!, words[i + 1]!, words[i + 2]!];
    if (hidden === 1) ranges.push([first, last]);
    else ranges = shown(ranges, first, last);
  }
  return joined(ranges);
}

/** Takes first … last out again: rare, once for a document that was written in pieces. */
export function shown(ranges: [number, number][], first: number, last: number): [number, number][] {
  return ranges.flatMap(([from, to]) => [...outside(Float64Array.of(first, last), from, to)]);
}
