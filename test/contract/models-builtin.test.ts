import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuiltin } from '../../src/models/builtin/builtin.ts';
import { buildModels, bundleBuiltin, cosine, DERIVED, TEXTS, VENDORED } from '../support/builtin.ts';
import { embedderContract } from './embedder.ts';

buildModels();
const { builtinUrl, workerUrl, remove } = bundleBuiltin();
afterAll(remove);

const workers = Math.min(2, availableParallelism());
const bulk = (engine: 'onnxruntime' | 'wasm') =>
  openBuiltin({ derived: DERIVED, bulk: { workers, workerUrl, vendored: VENDORED, engine } });

const exact = { batch: workers * 4, same: 1 };
embedderContract('builtin, calling thread', () => openBuiltin({ derived: DERIVED }), { ...exact, batch: 2 });
embedderContract('builtin, workers, onnxruntime', () => bulk('onnxruntime'), exact);
embedderContract('builtin, workers, own encoder', () => bulk('wasm'), exact);

describe('builtin engines', { timeout: 60_000 }, () => {
  beforeAll(() => expect(workers).toBeGreaterThan(0));

  it('say what computes, and agree', async () => {
    const [here, onnx, wasm] = await Promise.all([
      openBuiltin({ derived: DERIVED }),
      bulk('onnxruntime'),
      bulk('wasm'),
    ]);
    expect([here.runtime, onnx.runtime]).toEqual(['wasm', 'onnxruntime-node 1.16.3']);
    expect(wasm.runtime).toMatch(/^wasm( relaxed)?$/);
    expect(new Set([here.id, onnx.id, wasm.id])).toEqual(new Set(['multilingual-e5-small-zh-en-int8@1/384/e5']));
    const [a, b, c] = await Promise.all([here, onnx, wasm].map((embedder) => embedder.embed(TEXTS, 'passage')));
    a!.forEach((vector, i) => {
      expect(cosine(vector, b![i]!)).toBeGreaterThan(0.99);
      expect(vector).toEqual(c![i]);
    });
    await Promise.all([here.close(), onnx.close(), wasm.close()]);
  });

  it('answer questions without a worker', async () => {
    const [here, pooled] = await Promise.all([openBuiltin({ derived: DERIVED }), bulk('onnxruntime')]);
    expect(await pooled.embed(['问题'], 'query')).toEqual(await here.embed(['问题'], 'query'));
    await Promise.all([here.close(), pooled.close()]);
  });

  it.each(['onnxruntime', 'wasm'])('let the process exit in the middle of work: %s', async (engine) => {
    const bulk = JSON.stringify({ workers, vendored: VENDORED, engine });
    const script = `
      const { openBuiltin } = await import(${JSON.stringify(builtinUrl)});
      const workerUrl = new URL(${JSON.stringify(workerUrl)});
      const embedder = await openBuiltin({ derived: ${JSON.stringify(DERIVED)}, bulk: { ...${bulk}, workerUrl } });
      setTimeout(() => process.exit(42), 200);
      await embedder.embed(Array.from({ length: 1000 }, (_, i) => 'some longer text '.repeat(30) + i), 'passage');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    expect((await once(child, 'exit'))[0]).toBe(42);
  });

  it('open and close many times at once', async () => {
    for (let round = 0; round < 3; round++) {
      const embedders = await Promise.all([bulk('onnxruntime'), bulk('wasm'), bulk('onnxruntime')]);
      const made = await Promise.all(embedders.map((embedder) => embedder.embed(TEXTS.slice(0, 4), 'passage')));
      expect(made[0]).toEqual(made[2]);
      await Promise.all(embedders.map((embedder) => embedder.close()));
    }
  });

  it('fall back to the own encoder where onnxruntime cannot be loaded', async () => {
    const embedder = await openBuiltin({ derived: DERIVED, bulk: { workers, workerUrl, vendored: '/missing' } });
    expect(embedder.runtime).toMatch(/^wasm( relaxed)?$/);
    await embedder.close();
  });
});
