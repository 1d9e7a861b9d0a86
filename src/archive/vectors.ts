/** A vector of a pack: digest of the text (32 bytes), scale (f32), one int8 a dimension. */
const HEAD = 36;

/** As the local store keeps it, so that a vector which came from there, or goes there, is the same to the bit. */
export function encodeVector(hash: string, vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(HEAD + vector.length);
  bytes.write(hash, 'hex');
  let peak = 1e-12;
  for (const value of vector) peak = Math.max(peak, Math.abs(value));
  bytes.writeFloatLE(peak / 127, 32);
  // Rounded to 17 bits of mantissa: 127 times it is exact.
  bytes.writeUInt32LE(((bytes.readUInt32LE(32) + 0x40) & 0xffffff80) >>> 0, 32);
  const scale = bytes.readFloatLE(32);
  vector.forEach((value, i) => {
    bytes.writeInt8(nearest(value / scale), HEAD + i);
  });
  return bytes;
}

export function* decodeVectors(bytes: Buffer, dimensions: number): Generator<[hash: string, vector: Float32Array]> {
  const stride = HEAD + dimensions;
  for (let at = 0; at + stride <= bytes.length; at += stride) {
    const scale = bytes.readFloatLE(at + 32);
    const values = new Int8Array(bytes.buffer, bytes.byteOffset + at + HEAD, dimensions);
    yield [bytes.toString('hex', at, at + 32), Float32Array.from(values, (value) => value * scale)];
  }
}

export const vectorBytes = (dimensions: number): number => HEAD + dimensions;

/** Halves to the even neighbour, as WebAssembly's `nearest`. */
function nearest(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
