import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Encoder, openEncoder } from '../../src/models/builtin/encoder.ts';
import { openOnnx } from '../../src/models/builtin/onnx.ts';
import { openTokenizer, type Tokenizer } from '../../src/models/builtin/tokenizer.ts';
import { buildModels, cosine, DERIVED, TEXTS, VENDORED } from '../support/builtin.ts';

const open = (resident: boolean, weights = join(DERIVED, 'e5.bin')) =>
  openEncoder({ weights, kernels: join(DERIVED, 'e5.wasm'), resident });

/** Ids spread over the vocabulary, framed. */
const idsOf = (length: number) =>
  Int32Array.from({ length }, (_, i) => (i === 0 ? 0 : i === length - 1 ? 2 : 1000 + ((i * 7919) % 50_000)));

describe('built-in encoder', () => {
  let tokenizer: Tokenizer;
  let resident: Encoder;
  beforeAll(() => {
    buildModels();
    tokenizer = openTokenizer(join(DERIVED, 'e5tok.bin'));
    resident = open(true);
  }, 60_000);
  afterAll(() => resident.close());

  it('gives the same bits whether layers stay or are streamed, in whatever order the lengths come', () => {
    const streaming = open(false);
    for (const length of [2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 34, 65, 200, 12, 2]) {
      const fresh = open(false);
      const expected = resident.embed(idsOf(length));
      expect(streaming.embed(idsOf(length))).toEqual(expected);
      expect(fresh.embed(idsOf(length))).toEqual(expected);
      fresh.close();
    }
    streaming.close();
  });

  it('agrees with onnxruntime on the vendored model, in both languages and at full length', async () => {
    const onnx = await openOnnx(join(VENDORED, 'model.onnx'));
    const texts = TEXTS.flatMap((text) => [`query: ${text}`, `passage: ${text} ${text}`]);
    for (const ids of [...texts.map((text) => tokenizer.encode(text)), idsOf(511), idsOf(512)]) {
      const [own, theirs] = [resident.embed(ids), await onnx.embed(ids)];
      expect(cosine(own, theirs)).toBeGreaterThan(0.99);
    }
  }, 60_000);

  it('stays nearer to itself with relaxed SIMD than onnxruntime does', async () => {
    // On by default from Node 22.
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    const relaxed = openEncoder({
      weights: join(DERIVED, 'e5.bin'),
      kernels: join(DERIVED, 'e5.wasm'),
      relaxed: join(DERIVED, 'e5-relaxed.wasm'),
      resident: true,
    });
    // Elsewhere the product may have seven bits, and is left alone.
    if (process.arch === 'x64') expect(relaxed.kind).toBe('relaxed');
    for (const length of [2, 3, 5, 8, 31, 34, 200, 512, 4]) {
      const [one, other] = [relaxed.embed(idsOf(length)), resident.embed(idsOf(length))];
      expect(cosine(one, other), `${length} tokens`).toBeGreaterThan(0.997);
    }
    const onnx = await openOnnx(join(VENDORED, 'model.onnx'));
    for (const text of TEXTS.map((text) => tokenizer.encode(`passage: ${text}`))) {
      const exact = resident.embed(text);
      expect(1 - cosine(relaxed.embed(text), exact)).toBeLessThan(1 - cosine(await onnx.embed(text), exact));
    }
    relaxed.close();
  }, 60_000);

  it('puts a question nearest to its answer, across the languages', () => {
    const embed = (text: string) => resident.embed(tokenizer.encode(text));
    const chinese = ['备份可以用快照恢复：先停止服务，再导入最新的快照。', '工资在每月的最后一天发放。'];
    const english = [
      'A backup is restored from the newest snapshot.',
      'Salaries are paid on the last day of the month.',
    ];
    const nearest = (question: string, passages: string[]) => {
      const scores = passages.map((passage) => cosine(embed(`passage: ${passage}`), embed(`query: ${question}`)));
      return scores.indexOf(Math.max(...scores));
    };
    expect(nearest('how do I restore a backup', chinese)).toBe(0);
    expect(nearest('when do I get my salary', chinese)).toBe(1);
    expect(nearest('怎么恢复备份', english)).toBe(0);
    expect(nearest('什么时候发工资', english)).toBe(1);
  });

  it('refuses a cut or foreign file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rag-encoder-'));
    try {
      const cut = join(folder, 'e5.bin');
      writeFileSync(cut, 'not weights');
      expect(() => open(false, cut)).toThrow(expect.objectContaining({ code: 'config' }));
      expect(() => open(false, join(folder, 'missing'))).toThrow(expect.objectContaining({ code: 'config' }));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
