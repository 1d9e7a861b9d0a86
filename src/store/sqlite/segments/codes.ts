import { damaged } from './damage.ts';
import { bitsOf, CODE_BLOCK } from './format.ts';
import type { Kernel } from './kernel.ts';

/** One bit a dimension of the first vectors of a snapshot. */
export interface Codes {
  /** How many slots have one. */
  slots: number;
  /** The slots whose rows are worth reading for the best `k` of a unit vector, ascending; of those that `bits` (address, by slot; 0: all) allows. */
  nearest(query: Float32Array, k: number, bits: number): Uint32Array;
}

/** Bytes read at once. */
const PIECE = 1 << 19;
/** By differing bits: for each result, at least, and one of so many slots. The more there are, the more lie as near. */
const NEAR = { perResult: 20, least: 3000, oneOf: 125 };
/**
 * Of those the best by an estimate of their product with the question, which tells more than differing bits: more than half of the rows need
 * not be read, and recall stays what it was (`node test/bench/index/main.mjs 1m`).
 */
const ROWS = { perResult: 10, least: 1500, oneOf: 280 };
/** Bytes before the distances and slots that the kernel gathers (kernels/nearest.ts). */
const STATE = 64;

const share = ({ perResult, least, oneOf }: typeof NEAR, k: number, slots: number) =>
  Math.max(least, perResult * k, Math.ceil(slots / oneOf));

/** The head of a file of codes: the mean that is subtracted (f32), padding to 8, checksum (u32), padding. */
export const meanBytes = (dimensions: number): number => ((4 * dimensions + 7) & ~7) + 8;

/** `file`: an open file of codes; `name`: its path, for whoever has to be told. */
export function openCodes(kernel: Kernel, file: number, name: string, dimensions: number, blocks: number): Codes {
  const bits = bitsOf(dimensions);
  const codeBytes = bits / 8;
  const headBytes = meanBytes(dimensions);
  const blockBytes = CODE_BLOCK * codeBytes + 8;
  const perPiece = Math.max(1, Math.floor(PIECE / blockBytes));
  const slots = blocks * CODE_BLOCK;

  /** Addresses of the question's code, and of what each byte of a code adds to the estimate of its product with the question. */
  function prepare(query: Float32Array): { code: number; table: number } {
    const mean = kernel.region('mean', headBytes);
    if (!kernel.read(file, 0, mean, headBytes)) throw damaged(name, 'its end');
    if (kernel.run.checksum(mean, headBytes - 8) >>> 0 !== kernel.u32(mean + headBytes - 8, 1)[0])
      throw damaged(name, 'its head');
    const at = kernel.region('query', 4 * bits + 64);
    const turned = kernel.region('turned', 4 * bits);
    const code = kernel.region('query code', codeBytes);
    const table = kernel.region('estimate table', codeBytes * 1024);
    kernel.f32(at, bits).fill(0);
    kernel.f32(at, query.length).set(query);
    kernel.run.codesOf(at, 1, 0, dimensions, bits, mean, turned, code);
    kernel.run.tableOf(turned, codeBytes, table);
    return { code, table };
  }

  return {
    slots,
    nearest(query, k, allowed) {
      const { code, table } = prepare(query);
      const near = share(NEAR, k, slots);
      const room = 2 * near;
      const words = codeBytes / 8;
      const state = kernel.region('nearest', STATE + room * (8 + codeBytes));
      const histogram = kernel.region('histogram', 4 * bits + 4);
      const piece = kernel.region('codes', perPiece * blockBytes);
      kernel.run.beginNearest(state, near, room);
      for (let block = 0; block < blocks; block += perPiece) {
        const count = Math.min(perPiece, blocks - block);
        if (!kernel.read(file, headBytes + block * blockBytes, piece, count * blockBytes))
          throw damaged(name, 'its end');
        for (let i = 0; i < count; i++) {
          const at = piece + i * blockBytes;
          if (kernel.run.checksum(at, blockBytes - 8) >>> 0 !== kernel.u32(at + blockBytes - 8, 1)[0])
            throw damaged(name, 'a block of codes');
          const first = (block + i) * CODE_BLOCK;
          kernel.run.nearest(code, at, CODE_BLOCK, words, first, allowed, state, histogram);
        }
      }
      const gathered = kernel.run.keepNearest(state, words, histogram);
      const rows = share(ROWS, k, slots);
      const estimates = kernel.region('estimates', 4 * gathered);
      kernel.run.estimates(state, table, words, estimates);
      const heap = kernel.region('heap', 4 * rows);
      const out = kernel.region('collected', 4 * gathered);
      const none = Number.NEGATIVE_INFINITY;
      const count = kernel.run.best(estimates, gathered, 0, 0, rows, none, 1, 0, heap, out, gathered);
      const found = kernel.u32(state + STATE + 4 * room, gathered);
      return kernel.u32(out, count).map((place) => found[place]!);
    },
  };
}
