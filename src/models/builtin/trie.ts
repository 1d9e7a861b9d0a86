import { readFileSync } from 'node:fs';
import { RagError } from '../../errors.ts';

/** The vocabulary as `src/build/trie.mjs` writes it: typed arrays over the file's bytes, nothing is parsed. */
export interface Trie {
  /** Children of node n are `first[n]` … `first[n + 1] - 1`, sorted by unit. */
  first: Int32Array;
  /** Child of the root for each UTF-16 unit, 0 for none. */
  roots: Int32Array;
  units: Uint16Array;
  /** The piece that ends at a node, 0 for none. */
  ends: Uint16Array;
  /** Log probability of each piece, times `scale`. */
  scores: Int32Array;
  scale: number;
  lowest: number;
}

const MAGIC = 0x31544535;
const SCALE = 10_000;
const ROOTS = 65_536;

/** Throws RagError('config') if the file is missing or not a vocabulary. */
export function openTrie(file: string): Trie {
  const bytes = readDerived(file);
  // A Buffer from the pool may start anywhere; typed arrays need a multiple of four.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const header = new Int32Array(buffer, byteOffset, Math.min(4, bytes.length >> 2));
  const [magic, nodes, pieces, lowest] = header as unknown as [number, number, number, number];
  const size = 16 + 4 * (nodes + 1) + 4 * ROOTS + 4 * pieces + 2 * nodes + 2 * nodes;
  if (magic !== MAGIC || bytes.length !== size) throw damaged(file);
  let at = byteOffset + 16;
  const take = (bytesTaken: number) => (at += bytesTaken) - bytesTaken;
  return {
    first: new Int32Array(buffer, take(4 * (nodes + 1)), nodes + 1),
    roots: new Int32Array(buffer, take(4 * ROOTS), ROOTS),
    scores: new Int32Array(buffer, take(4 * pieces), pieces),
    units: new Uint16Array(buffer, take(2 * nodes), nodes),
    ends: new Uint16Array(buffer, take(2 * nodes), nodes),
    scale: SCALE,
    lowest: lowest / SCALE,
  };
}

/** A file that the build derives from the vendored model. */
export function readDerived(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw missing(file, error);
  }
}

export function missing(file: string, cause: unknown): RagError {
  return new RagError('config', `the built-in model's file ${file} cannot be read`, {
    ...REINSTALL,
    zh: `无法读取内置模型的文件 ${file}`,
    cause,
  });
}

export function damaged(file: string): RagError {
  return new RagError('config', `${file} is not the built-in model's file, or not all of it`, {
    ...REINSTALL,
    zh: `${file} 不是内置模型的文件，或不完整`,
  });
}

const REINSTALL = {
  hint: 'npm run build in a clone, else reinstall the package',
  zhHint: '请在源码目录中运行 npm run build，否则重新安装软件包',
};
