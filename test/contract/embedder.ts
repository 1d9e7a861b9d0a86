import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/models/models.ts';

export interface EmbedderContract {
  /** Texts a driver sends or computes together; the suite goes one past it. */
  batch: number;
  /** Least cosine of a text with itself among other neighbours: 1 where the arithmetic is ours. */
  same: number;
  timeoutMs?: number;
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const norm = (a: Float32Array) => Math.sqrt(cosine(a, a));

const SENTENCES = [
  'The backup is restored from the newest snapshot.',
  '备份从最新的快照恢复。',
  'A short one.',
  'Vacuum reclaims the storage that dead rows occupy, and it runs by itself when enough rows have changed. '.repeat(4),
  '每个连接都有自己的工作内存，排序和散列都会用到它。'.repeat(5),
];

/** What every embedder promises, on the real thing. */
export function embedderContract(name: string, open: () => Promise<Embedder>, contract: EmbedderContract): void {
  const { batch, same, timeoutMs = 60_000 } = contract;
  const textsOf = (count: number) =>
    Array.from({ length: count }, (_, i) => `${i}: ${SENTENCES[i % SENTENCES.length]}`);

  describe(`embedder contract: ${name}`, { timeout: timeoutMs }, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await open();
    }, timeoutMs);
    afterAll(() => embedder.close());

    const one = async (text: string, kind: 'query' | 'passage' = 'passage') => (await embedder.embed([text], kind))[0]!;

    it('names model, dimensions and runtime', () => {
      expect(embedder.id).toMatch(new RegExp(`^\\S+@\\S+/${embedder.dimensions}/\\S+$`));
      expect(embedder.runtime).not.toBe('');
    });

    it('gives unit vectors of its dimensions, for questions and passages', async () => {
      for (const kind of ['query', 'passage'] as const) {
        for (const vector of await embedder.embed(SENTENCES.slice(0, 3), kind)) {
          expect(vector).toBeInstanceOf(Float32Array);
          expect(vector.length).toBe(embedder.dimensions);
          expect(norm(vector)).toBeCloseTo(1, 5);
        }
      }
    });

    it('keeps the order one past the batch, and a text does not depend on its neighbours', async () => {
      const texts = textsOf(batch + 1);
      const together = await embedder.embed(texts, 'passage');
      expect(together.length).toBe(texts.length);
      for (const i of [0, 1, batch - 1, batch]) {
        const alone = await one(texts[i]!);
        if (same === 1) expect(together[i]).toEqual(alone);
        else expect(cosine(together[i]!, alone)).toBeGreaterThan(same);
        const nearest = together.map((vector) => cosine(vector, alone));
        expect(nearest.indexOf(Math.max(...nearest))).toBe(i);
      }
    });

    it('answers calls that overlap, each with its own vectors', async () => {
      const [a, b] = [textsOf(3), textsOf(5).slice(2)];
      const [first, second] = await Promise.all([embedder.embed(a, 'passage'), embedder.embed(b, 'passage')]);
      expect(cosine(first[2]!, second[0]!)).toBeGreaterThan(Math.min(same, 0.9999));
      expect(cosine(first[0]!, second[0]!)).toBeLessThan(0.9999);
    });

    it('gives nothing for nothing', async () => {
      expect(await embedder.embed([], 'passage')).toEqual([]);
    });

    it.each([
      ['empty text', ''],
      ['blanks', ' \n\t '],
      ['lone surrogates', 'a \ud800 b \udc00'],
      ['emoji', '👩‍👩‍👧 🎉 ok'],
      ['control characters', 'a\u0000b\u0007c\u009f'],
      ['one long word', 'x'.repeat(600)],
      ['far more than the model takes', 'long text, '.repeat(2000)],
    ])('takes %s', async (_, text) => {
      expect(norm(await one(text))).toBeCloseTo(1, 5);
    });

    it('rejects with the reason of a signal that is aborted already', async () => {
      const reason = new Error('stop');
      await expect(embedder.embed(['a'], 'passage', AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('stops on the signal and works on afterwards', async () => {
      const controller = new AbortController();
      const reason = new Error('stop');
      const work = embedder.embed(textsOf(40 * batch), 'passage', controller.signal);
      setTimeout(() => controller.abort(reason), 20);
      await expect(work).rejects.toBe(reason);
      expect(norm(await one('after'))).toBeCloseTo(1, 5);
    });

    it('closes twice', async () => {
      const other = await open();
      await other.embed(['a'], 'query');
      await other.close();
      await other.close();
    });
  });
}
