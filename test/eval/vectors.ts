import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type OnnxModel, openOnnx } from '../../src/models/builtin/onnx.ts';
import type { Tokenizer } from '../../src/models/builtin/tokenizer.ts';

const DIMENSIONS = 384;
const DIGEST = 32;
const RECORD = DIGEST + DIMENSIONS * 4;

export interface Vectors {
  /** `text` with its prefix. */
  embed(text: string): Promise<Float32Array>;
  /** Vectors computed in this run. */
  computed(): number;
}

/** The built-in model, one text at a time; vectors are kept in one append-only file by the text's digest. */
export function openVectors(model: string, tokenizer: Tokenizer, cache: string): Vectors {
  mkdirSync(dirname(cache), { recursive: true });
  const known = new Map<string, Float32Array>();
  const bytes = existsSync(cache) ? readFileSync(cache) : Buffer.alloc(0);
  for (let at = 0; at + RECORD <= bytes.length; at += RECORD) {
    const vector = new Float32Array(DIMENSIONS);
    for (let i = 0; i < DIMENSIONS; i++) vector[i] = bytes.readFloatLE(at + DIGEST + 4 * i);
    known.set(bytes.toString('hex', at, at + DIGEST), vector);
  }
  let opened: Promise<OnnxModel> | undefined;
  let computed = 0;
  return {
    computed: () => computed,
    async embed(text) {
      const digest = createHash('sha256').update(text).digest();
      const key = digest.toString('hex');
      const found = known.get(key);
      if (found) return found;
      opened ??= openOnnx(model);
      const vector = await (await opened).embed(tokenizer.encode(text));
      appendFileSync(cache, Buffer.concat([digest, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)]));
      known.set(key, vector);
      computed++;
      return vector;
    },
  };
}

export const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
