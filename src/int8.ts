/** A vector as every home keeps it: int8 values and one scale. */
export interface Int8Vector {
  /** f32, rounded to 17 bits of mantissa: 127 times it is exact, so a vector that was read and is written again stays what it is. */
  scale: number;
  values: Int8Array;
}

const word = new DataView(new ArrayBuffer(4));

export function quantise(vector: Float32Array): Int8Vector {
  let peak = 1e-12;
  for (const value of vector) peak = Math.max(peak, Math.abs(value));
  word.setFloat32(0, peak / 127);
  word.setUint32(0, (word.getUint32(0) + 0x40) & 0xffffff80);
  const scale = word.getFloat32(0);
  return { scale, values: Int8Array.from(vector, (value) => nearest(value / scale)) };
}

/** Values that were kept as bytes. */
export const int8Of = (bytes: Uint8Array): Int8Array => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);

export const restore = ({ scale, values }: Int8Vector): Float32Array =>
  Float32Array.from(values, (value) => value * scale);

/** Halves to the even neighbour, as WebAssembly's `nearest`. */
function nearest(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
