import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Generator, Message } from '../../src/models/models.ts';

const QUESTION: Message[] = [
  { role: 'system', content: 'Answer in one sentence.' },
  { role: 'user', content: 'The tower is 300 m high.\n\nHow high is the tower?' },
];
const STORY: Message[] = [{ role: 'user', content: 'Write a long story about a fox and a raven.' }];

const firstOf = (pieces: AsyncIterable<string>) => pieces[Symbol.asyncIterator]().next();

/** What every generator promises, on a real model; nothing here depends on how good its answers are. */
export function generatorContract(name: string, open: () => Promise<Generator>, timeoutMs = 120_000): void {
  describe(`generator contract: ${name}`, { timeout: timeoutMs }, () => {
    let generator: Generator;
    beforeAll(async () => {
      generator = await open();
    }, timeoutMs);
    afterAll(() => generator.close());

    it('names its provider and model', () => {
      expect(generator.id).toMatch(/^\w+\/\S+$/);
    });

    it('streams an answer in pieces that are not empty', async () => {
      const pieces: string[] = [];
      for await (const piece of generator.generate(QUESTION)) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces).not.toContain('');
      expect(pieces.join('').trim()).not.toBe('');
    });

    it('rejects with the reason of a signal that is aborted already', async () => {
      const reason = new Error('stop');
      await expect(firstOf(generator.generate(STORY, AbortSignal.abort(reason)))).rejects.toBe(reason);
    });

    it('rejects with the reason when the signal comes before the first piece', async () => {
      const controller = new AbortController();
      const reason = new Error('stop');
      const first = firstOf(generator.generate(STORY, controller.signal));
      setTimeout(() => controller.abort(reason), 5);
      await expect(first).rejects.toBe(reason);
    });

    it('rejects with the reason when the signal comes while it writes', async () => {
      const controller = new AbortController();
      const reason = new Error('stop');
      let pieces = 0;
      const reading = async () => {
        for await (const _ of generator.generate(STORY, controller.signal))
          if (++pieces === 2) controller.abort(reason);
      };
      await expect(reading()).rejects.toBe(reason);
      expect(pieces).toBe(2);
    });

    it('frees the server when the reader stops early', async () => {
      for (let i = 0; i < 3; i++) for await (const _ of generator.generate(STORY)) break;
      const pieces: string[] = [];
      for await (const piece of generator.generate(QUESTION)) pieces.push(piece);
      expect(pieces.join('').trim()).not.toBe('');
    });

    it('closes twice', async () => {
      const other = await open();
      await other.close();
      await other.close();
    });
  });
}
