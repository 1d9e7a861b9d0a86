import { expect, it } from 'vitest';
import { openKernel } from '../../src/store/sqlite/segments/kernel.ts';
import { random } from '../support/random.ts';

const DIMENSIONS = [384, 768, 1000, 101, 66, 64, 3];
const strideOf = (dimensions: number) => ((dimensions + 7) & ~7) + 8;
const vectorOf = (next: () => number, dimensions: number) =>
  Float32Array.from({ length: dimensions }, () => Math.fround(next() - 0.5));

it.each(DIMENSIONS)('quantise %i components to the nearest of 255 steps', (dimensions) => {
  const kernel = openKernel();
  const stride = strideOf(dimensions);
  const vector = vectorOf(random(dimensions), dimensions);
  const at = kernel.region('vector', 4 * dimensions);
  const row = kernel.region('row', stride);
  kernel.f32(at, dimensions).set(vector);
  kernel.run.quantise(at, dimensions, stride, row);
  const scale = kernel.f32(row + stride - 8, 1)[0]!;
  expect(scale).toBeCloseTo(Math.max(...vector.map(Math.abs)) / 127, 6);
  const bytes = kernel.bytes(row, stride);
  const values = new Int8Array(bytes.buffer, bytes.byteOffset, stride - 8);
  // Halves go to the even neighbour.
  const even = (x: number) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
  expect([...values.subarray(0, dimensions)]).toEqual(Array.from(vector, (x) => even(x / scale) + 0));
  expect([...values.subarray(dimensions)].every((value) => value === 0)).toBe(true);
  expect(kernel.u32(row + stride - 4, 1)[0]).toBe(kernel.run.checksum(row, stride - 4) >>> 0);
});

/** The rotation as its description has it: signs by a generator, Hadamard over the first and the last power of two, twice. */
function turned(values: Float32Array): Float32Array {
  const x = values.slice();
  const n = 2 ** Math.floor(Math.log2(x.length));
  const flip = (seed: number) => {
    let state = seed;
    for (let i = 0; i < x.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      if (state >>> 31) x[i] = -x[i]!;
    }
  };
  const hadamard = (part: Float32Array) => {
    for (let half = 1; half < n; half *= 2)
      for (let i = 0; i < n; i += 2 * half)
        for (let j = i; j < i + half; j++) {
          const [u, v] = [part[j]!, part[j + half]!];
          [part[j], part[j + half]] = [u + v, u - v];
        }
  };
  for (const round of [1, 2]) {
    flip(Math.imul(round, 0x9e3779b1));
    hadamard(x.subarray(0, n));
    flip(Math.imul(round, 0x85ebca6b));
    hadamard(x.subarray(x.length - n));
  }
  return x;
}

it.each(DIMENSIONS)('give %i components the code of their turned distances to the mean', (dimensions) => {
  const kernel = openKernel();
  const next = random(dimensions);
  const stride = strideOf(dimensions);
  const bits = Math.ceil(dimensions / 64) * 64;
  const vector = kernel.region('vector', 4 * dimensions);
  const mean = kernel.region('mean', 4 * dimensions);
  const row = kernel.region('row', stride);
  const scratch = kernel.region('turned', 4 * bits);
  const code = kernel.region('code', bits / 8);
  const average = vectorOf(next, dimensions);
  kernel.f32(mean, dimensions).set(average);
  kernel.f32(vector, dimensions).set(vectorOf(next, dimensions));
  kernel.run.quantise(vector, dimensions, stride, row);
  const scale = kernel.f32(row + stride - 8, 1)[0]!;
  const bytes = kernel.bytes(row, dimensions);
  const read = Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, dimensions), (value) => value * scale);
  const padded = new Float32Array(bits);
  padded.set(read.map((value, d) => Math.fround(value) - average[d]!));
  const right = turned(padded);
  const signs = Array.from({ length: bits / 8 }, (_, i) =>
    right.subarray(8 * i, 8 * i + 8).reduce((byte, x, j) => byte | (x > 0 ? 1 << j : 0), 0),
  );
  expect(kernel.run.codesOf(row, 1, stride, dimensions, bits, mean, scratch, code)).toBe(-1);
  expect([...kernel.f32(scratch, bits)]).toEqual([...right]);
  expect([...kernel.bytes(code, bits / 8)]).toEqual(signs);
  // The same from floats, as a question has it.
  kernel.f32(vector, dimensions).set(read);
  kernel.bytes(code, bits / 8).fill(0);
  kernel.run.codesOf(vector, 1, 0, dimensions, bits, mean, scratch, code);
  expect([...kernel.bytes(code, bits / 8)]).toEqual(signs);
  kernel.bytes(row, 1)[0]! ^= 1;
  expect(kernel.run.codesOf(row, 1, stride, dimensions, bits, mean, scratch, code)).toBe(0);
});
