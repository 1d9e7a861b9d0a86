import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Embedder } from '../models.ts';
import { type Encoder, openEncoder } from './encoder.ts';
import type { PoolOptions } from './pool.ts';
import { openTokenizer } from './tokenizer.ts';

export interface BuiltinOptions {
  /** Folder of e5.bin, e5tok.bin and e5.wasm, which the build derives from the model. */
  derived: string;
  /** Worker processes for passages. Without it everything is computed on the calling thread, 6 texts of 200 tokens a second. */
  bulk?: BulkOptions | undefined;
}

export type BulkOptions = Omit<PoolOptions, 'derived'>;

/** Model, revision, dimensions, prefix scheme. A new revision of the vendored files gets a new number. */
const ID = 'multilingual-e5-small-zh-en-int8@1/384/e5';
const DIMENSIONS = 384;

/**
 * The built-in model: Chinese and English in one space, no network. Texts are cut at 512 tokens. Questions are computed
 * on the calling thread by our own encoder; with `bulk` passages go to worker processes (see pool.ts).
 * Throws RagError('config') if the model's files are missing.
 */
export async function openBuiltin(options: BuiltinOptions): Promise<Embedder> {
  const { derived, bulk } = options;
  const tokenizer = openTokenizer(join(derived, 'e5tok.bin'));
  const pool = bulk && (await (await import('./pool.ts')).openPool({ ...bulk, derived }));
  let encoder: Encoder | undefined;

  async function embedHere(texts: string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    encoder ??= openEncoder({
      weights: join(derived, 'e5.bin'),
      kernels: join(derived, 'e5.wasm'),
      resident: false,
    });
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      // Lets timers and the signal through: a text takes up to half a second of this thread.
      if (vectors.length > 0) await setImmediate();
      signal?.throwIfAborted();
      vectors.push(encoder.embed(tokenizer.encode(text)));
    }
    return vectors;
  }

  return {
    id: ID,
    dimensions: DIMENSIONS,
    runtime: pool?.runtime ?? 'wasm',
    remote: false,
    async embed(texts, kind, signal) {
      const prefixed = texts.map((text) => `${kind}: ${text}`);
      if (pool === undefined || kind === 'query') return embedHere(prefixed, signal);
      return pool.embed(prefixed.length, (i) => tokenizer.encode(prefixed[i]!), signal);
    },
    async close() {
      encoder?.close();
      encoder = undefined;
      await pool?.close();
    },
  };
}
