import { compileModule, newMemory, PAGE } from './kernel.ts';
import { KERNELS } from './pieces/kernels-wasm.ts';
import { normalize } from './tokenizer.ts';
import { openTrie } from './trie.ts';

/** What `pieces/kernels.ts` exports; all but lengths, scale and score are addresses. */
interface Exports {
  open(first: number, roots: number, scores: number, units: number, ends: number, scale: number, lowest: number): void;
  count(text: number, length: number, lattice: number): number;
}

/** Behind the kernels' table of words. */
const TRIE = 0x240000;
/** Of the lattice, for each unit of the text. */
const END_BYTES = 16;

const align = (at: number): number => (at + 63) & ~63;

/** What the tokenizer's `count` says, several times as fast: for whoever counts a folder's worth of text. Takes 4 MB. */
export function openPieceCounter(file: string): (text: string) => number {
  const trie = openTrie(file);
  let end = TRIE;
  const parts = [trie.first, trie.roots, trie.scores, trie.units, trie.ends].map((part) => {
    const at = end;
    end = align(at + part.byteLength);
    return { at, part };
  });
  const textAt = end;
  const memory = newMemory(textAt + PAGE);
  const { open, count } = compileModule<Exports>(Buffer.from(KERNELS, 'base64'), memory);
  for (const { at, part } of parts)
    new Uint8Array(memory.buffer, at).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  const [first, roots, scores, units, ends] = parts.map(({ at }) => at) as [number, number, number, number, number];
  open(first, roots, scores, units, ends, trie.scale, trie.lowest);
  let bytes = Buffer.from(memory.buffer);

  return (text) => {
    const plain = normalize(text);
    const lattice = align(textAt + 2 * plain.length);
    const missing = Math.ceil((lattice + END_BYTES * (plain.length + 2) - bytes.length) / PAGE);
    if (missing > 0) {
      memory.grow(missing);
      bytes = Buffer.from(memory.buffer);
    }
    bytes.write(plain, textAt, 'utf16le');
    return count(textAt, plain.length, lattice);
  };
}
