import { quantise, restore } from '../int8.ts';

/** A vector of a pack: digest of the text (32 bytes), scale (f32), one int8 a dimension. */
const HEAD = 36;

export function encodeVector(hash: string, vector: Float32Array): Buffer {
  const { scale, values } = quantise(vector);
  const bytes = Buffer.alloc(HEAD + values.length);
  bytes.write(hash, 'hex');
  bytes.writeFloatLE(scale, 32);
  bytes.set(Buffer.from(values.buffer), HEAD);
  return bytes;
}

export function* decodeVectors(bytes: Buffer, dimensions: number): Generator<[hash: string, vector: Float32Array]> {
  const stride = vectorBytes(dimensions);
  for (let at = 0; at + stride <= bytes.length; at += stride) {
    const values = new Int8Array(bytes.buffer, bytes.byteOffset + at + HEAD, dimensions);
    yield [bytes.toString('hex', at, at + 32), restore({ scale: bytes.readFloatLE(at + 32), values })];
  }
}

export const vectorBytes = (dimensions: number): number => HEAD + dimensions;
