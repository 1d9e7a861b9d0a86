import { closeSync, openSync, readSync } from 'node:fs';
import { compileKernels, isKnown, type Kernels, type Memory, newMemory, PAGE } from './kernel.ts';
import { damaged, missing, readDerived } from './trie.ts';

export interface EncoderOptions {
  /** e5.bin */
  weights: string;
  /** e5.wasm */
  kernels: string;
  /** e5-relaxed.wasm: 8-bit activations, taken for bulk work (`resident`) where this engine and processor have the product for them. */
  relaxed?: string;
  /** Keep all layers in memory (21.6 MB), for bulk work. Otherwise each text streams them through one buffer. */
  resident: boolean;
}

/** The model in WebAssembly, on the calling thread. */
export interface Encoder {
  /** `relaxed` or `simd`: the module that computes. */
  readonly kind: 'relaxed' | 'simd';
  /** Unit vector of 384 for the ids of one text, frame included. About .85 ms a token, relaxed a fifth less. */
  embed(ids: Int32Array): Float32Array;
  close(): void;
}

/** Where the parts of e5.bin begin; see `src/build/pack.mjs`. */
interface Header {
  layers: number;
  layerBytes: number;
  layerStride: number;
  positionsAt: number;
  normAt: number;
  layersAt: number;
  rowsAt: number;
  rowBytes: number;
  epsilon: number;
}

/** Addresses of a layer's third of weights and of its other values, once they are there. A layer's values are asked for first. */
interface Layers {
  values(layer: number): number;
  third(layer: number, n: number): number;
}

/** Addresses in the module's memory, for texts of up to `tokens` tokens. */
interface Layout {
  tokens: number;
  x: number;
  y: number;
  wide: number;
  quantised: number;
  scales: number;
  heads: number;
  scores: number;
  rows: number;
  norm: number;
  out: number;
  bytes: number;
}

const MAGIC = 0x31574535;
const HEADER_BYTES = 64;
const DIMENSIONS = 384;
const ROW = DIMENSIONS * 4;
/** Bytes of the weights that one step of a layer uses. */
const THIRD = DIMENSIONS * 4 * DIMENSIONS;
/** What the relaxed module keeps behind a layer: a number a column. */
const SUMS_BYTES = 4 * (1152 + 384 + 1536 + 384);
/** Below this the compiled module may keep data of its own. */
const WEIGHTS_AT = 1024;

/** Throws RagError('config') if a file is missing or damaged. Reads the weights as they are needed. */
export function openEncoder(options: EncoderOptions): Encoder {
  const file = openWeights(options.weights);
  try {
    const header = readHeader(file, options.weights);
    const relaxed = options.resident && options.relaxed ? usable(readDerived(options.relaxed)) : undefined;
    return start(file, header, relaxed ?? readDerived(options.kernels), options.resident, relaxed !== undefined);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** The module, if its product of eight bits is this machine's: on others seven would be left, which is too few. */
function usable(wasm: Buffer): Buffer | undefined {
  return isKnown(wasm) && compileKernels(wasm, newMemory(PAGE)).product(63, 255) === 4 * 63 * 255 ? wasm : undefined;
}

function start(file: number, header: Header, wasm: Buffer, resident: boolean, relaxed: boolean): Encoder {
  const { layers, layerBytes, layerStride, layersAt } = header;
  const stride = relaxed ? (layerBytes + SUMS_BYTES + 63) & ~63 : layerStride;
  const scratchAt = WEIGHTS_AT + (resident ? stride * layers : stride - 2 * THIRD);
  let layout = layOut(scratchAt, 16);
  const memory = newMemory(layout.bytes);
  const kernels = compileKernels(wasm, memory);
  let bytes = openMemory(file, header, memory, layout);
  for (let layer = 0; resident && layer < layers; layer++) {
    const at = WEIGHTS_AT + layer * stride;
    readSync(file, bytes, at, layerBytes, layersAt + layer * layerStride);
    if (relaxed) kernels.prepare(at);
  }

  /** Reads into the same place again and again: what is used at once after is in the second-level cache then. */
  const streamed: Layers = {
    values(layer) {
      readSync(file, bytes, WEIGHTS_AT + THIRD, layerBytes - 3 * THIRD, layersAt + layer * layerStride + 3 * THIRD);
      return WEIGHTS_AT + THIRD;
    },
    third(layer, n) {
      readSync(file, bytes, WEIGHTS_AT, THIRD, layersAt + layer * layerStride + n * THIRD);
      return WEIGHTS_AT;
    },
  };
  const held: Layers = {
    values: (layer) => WEIGHTS_AT + layer * stride + 3 * THIRD,
    third: (layer, n) => WEIGHTS_AT + layer * stride + n * THIRD,
  };

  return {
    kind: relaxed ? 'relaxed' : 'simd',
    embed(ids) {
      if (ids.length > layout.tokens) {
        layout = layOut(scratchAt, ids.length);
        bytes = openMemory(file, header, memory, layout);
      }
      readSync(file, bytes, layout.x, ids.length * ROW, header.positionsAt);
      ids.forEach((id, i) => {
        readSync(file, bytes, layout.rows + i * header.rowBytes, header.rowBytes, header.rowsAt + id * header.rowBytes);
      });
      run(kernels, layout, header, ids.length, resident ? held : streamed);
      return new Float32Array(memory.buffer, layout.out, DIMENSIONS).slice();
    },
    close: () => closeSync(file),
  };
}

function run(kernels: Kernels, at: Layout, { layers, epsilon }: Header, tokens: number, weights: Layers): void {
  const { x, y, wide, quantised, scales, heads, scores } = at;
  kernels.embed(at.rows, x, y, at.norm, quantised, scales, tokens, epsilon);
  for (let layer = 0; layer < layers; layer++) {
    const values = weights.values(layer);
    kernels.attend(weights.third(layer, 0), values, x, y, wide, quantised, scales, heads, scores, tokens, epsilon);
    kernels.widen(weights.third(layer, 1), values, wide, quantised, scales, tokens);
    kernels.narrow(weights.third(layer, 2), values, x, y, quantised, scales, tokens, epsilon);
  }
  kernels.pool(x, tokens, at.out);
}

function openWeights(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw missing(path, error);
  }
}

function readHeader(file: number, path: string): Header {
  const head = Buffer.alloc(HEADER_BYTES);
  const read = readSync(file, head, 0, HEADER_BYTES, 0);
  const word = (i: number) => head.readUInt32LE(i * 4);
  const last = Buffer.alloc(1);
  if (read !== HEADER_BYTES || word(0) !== MAGIC || readSync(file, last, 0, 1, word(1) - 1) !== 1) throw damaged(path);
  return {
    layers: word(3),
    layerBytes: word(4),
    layerStride: word(5),
    positionsAt: word(8),
    normAt: word(9),
    layersAt: word(10),
    rowsAt: word(11),
    rowBytes: word(12),
    epsilon: head.readFloatLE(13 * 4),
  };
}

/** Attention works in rows of four and keys of eight, so every buffer has room for the next multiple of eight. */
function layOut(start: number, longest: number): Layout {
  const tokens = (longest + 7) & ~7;
  let bytes = start;
  const take = (size: number) => (bytes += (size + 63) & ~63) - ((size + 63) & ~63);
  const layout = {
    tokens,
    x: take(tokens * ROW),
    y: take(tokens * ROW),
    wide: take(tokens * 4 * ROW),
    quantised: take(tokens * 2 * ROW),
    scales: take(tokens * 4),
    heads: take(tokens * 256),
    scores: take(tokens * 16 + 64),
    rows: take(tokens * 216),
    norm: take(2 * ROW),
    out: take(ROW),
  };
  return { ...layout, bytes };
}

/** Growing detaches the old view; the weights below the scratch stay, the embedding's LayerNorm moves with it. */
function openMemory(file: number, header: Header, memory: Memory, layout: Layout): Uint8Array {
  const more = Math.ceil((layout.bytes - memory.buffer.byteLength) / PAGE);
  if (more > 0) memory.grow(more);
  const bytes = new Uint8Array(memory.buffer);
  readSync(file, bytes, layout.norm, 2 * ROW, header.normAt);
  return bytes;
}
