import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { meanBytes } from './codes.ts';
import { damaged } from './damage.ts';
import { fileWriter } from './files.ts';
import { bitsOf, CODE_BLOCK, codesFile, type Manifest, rowsFile, strideOf } from './format.ts';
import type { Kernel } from './kernel.ts';
import { FLAT } from './rows.ts';

/** The mean is taken anew, and all codes with it, when there are so many times the vectors it was taken from. */
const GROWTH = 4;
/** Vectors that the mean is taken from. */
const SAMPLE = 65_536;

/** Appends rows, and codes where there are enough of them. Names new files in `made`. */
export function appendRows(
  dir: string,
  kernel: Kernel,
  manifest: Manifest,
  vectors: readonly Float32Array[],
  made: string[],
): void {
  const files = manifest.vectors!;
  const { dimensions } = files;
  const stride = strideOf(dimensions);
  const name = rowsFile(files.generation);
  if (files.slots === 0) made.push(name);
  const file = fileWriter(join(dir, name), files.slots === 0 ? 'w' : 'r+', files.slots * stride);
  const vector = kernel.region('vector', 4 * dimensions);
  const row = kernel.region('row', stride);
  for (const values of vectors) {
    kernel.f32(vector, dimensions).set(values);
    kernel.run.quantise(vector, dimensions, stride, row);
    file.write(kernel.bytes(row, stride));
  }
  file.end();
  files.slots += vectors.length;
  extendCodes(dir, kernel, manifest, made);
}

/** Codes of all full blocks of slots that have none; none at all where so few rows are read as fast. */
export function extendCodes(dir: string, kernel: Kernel, manifest: Manifest, made: string[]): void {
  const files = manifest.vectors!;
  const blocks = Math.floor(files.slots / CODE_BLOCK);
  const known = files.codes;
  if (known === undefined && files.slots < FLAT) return;
  if (known !== undefined && known.blocks === blocks) return;
  const renew = known === undefined || blocks >= GROWTH * known.from;
  if (renew) files.codes = { generation: manifest.nextFile++, blocks: 0, from: blocks };
  const codes = files.codes!;
  const name = codesFile(codes.generation);
  const { dimensions } = files;
  const stride = strideOf(dimensions);
  const bits = bitsOf(dimensions);
  const blockBytes = CODE_BLOCK * (bits / 8) + 8;
  const head = meanBytes(dimensions);
  const rows = openSync(join(dir, rowsFile(files.generation)), 'r');
  try {
    const mean = kernel.region('mean', head);
    const piece = kernel.region('rows', CODE_BLOCK * stride);
    const scratch = kernel.region('turned', 4 * bits);
    const out = kernel.region('codes', blockBytes);
    const read = (block: number) => {
      if (!kernel.read(rows, block * CODE_BLOCK * stride, piece, CODE_BLOCK * stride))
        throw damaged(join(dir, rowsFile(files.generation)), 'its end');
    };
    const file = fileWriter(join(dir, name), renew ? 'w' : 'r+', renew ? 0 : head + codes.blocks * blockBytes);
    if (renew) {
      made.push(name);
      kernel.bytes(mean, head).fill(0);
      kernel.f32(mean, dimensions).set(meanOf(kernel, dimensions, stride, blocks, piece, read));
      kernel.u32(mean + head - 8, 1)[0] = kernel.run.checksum(mean, head - 8);
      file.write(kernel.bytes(mean, head));
    } else {
      const own = openSync(join(dir, name), 'r');
      const whole = kernel.read(own, 0, mean, head);
      closeSync(own);
      if (!whole || kernel.run.checksum(mean, head - 8) >>> 0 !== kernel.u32(mean + head - 8, 1)[0])
        throw damaged(join(dir, name), 'its head');
    }
    for (; codes.blocks < blocks; codes.blocks++) {
      read(codes.blocks);
      kernel.bytes(out, blockBytes).fill(0);
      if (kernel.run.codesOf(piece, CODE_BLOCK, stride, dimensions, bits, mean, scratch, out) >= 0)
        throw damaged(join(dir, rowsFile(files.generation)), 'a vector');
      kernel.u32(out + blockBytes - 8, 1)[0] = kernel.run.checksum(out, blockBytes - 8);
      file.write(kernel.bytes(out, blockBytes));
    }
    file.end();
  } finally {
    closeSync(rows);
  }
}

/** Mean of the rows of evenly spread blocks. */
function meanOf(
  kernel: Kernel,
  dimensions: number,
  stride: number,
  blocks: number,
  piece: number,
  read: (block: number) => void,
): Float64Array {
  const sum = new Float64Array(dimensions);
  const taken = Math.min(blocks, SAMPLE / CODE_BLOCK);
  for (let i = 0; i < taken; i++) {
    read(Math.floor((i * blocks) / taken));
    const bytes = kernel.bytes(piece, CODE_BLOCK * stride);
    const values = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const scales = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let row = 0; row < CODE_BLOCK; row++) {
      const at = row * stride;
      const scale = scales.getFloat32(at + stride - 8, true);
      for (let d = 0; d < dimensions; d++) sum[d]! += values[at + d]! * scale;
    }
  }
  return sum.map((value) => value / (taken * CODE_BLOCK));
}
