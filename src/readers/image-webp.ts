import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Pixels } from '../ocr/ocr.ts';
import { checkSize, withoutAlpha } from './image-fit.ts';
import { ReadError } from './reader.ts';

export async function* decodeWebp(bytes: Uint8Array): AsyncGenerator<Pixels> {
  const { width, height } = readWebpSize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  checkSize(width, height);
  const require = createRequire(import.meta.url);
  // libwebp in WebAssembly. Compiled anew for each file: one that trapped is not used again.
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  await init(await compile(await readFile(require.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))));
  const image = await decode(new Uint8Array(bytes).buffer);
  yield withoutAlpha(new Uint8Array(image.data.buffer), image.width, image.height);
}

/** Node's types name WebAssembly, but do not declare it as a value. */
function compile(wasm: Buffer): Promise<WebAssembly.Module> {
  const scope = globalThis as unknown as { WebAssembly: { compile(bytes: Buffer): Promise<WebAssembly.Module> } };
  return scope.WebAssembly.compile(wasm);
}

/** From the first chunk: lossy, lossless or extended. */
export function readWebpSize(file: Buffer): { width: number; height: number } {
  if (file.length < 30) throw new ReadError('corrupt', 'the WebP image is cut off');
  switch (file.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = file.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
    default:
      throw new ReadError('corrupt', 'damaged WebP image');
  }
}
