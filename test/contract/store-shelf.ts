import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/text/query.ts';
import { axis, collect, documentOf } from '../support/store.ts';
import type { Opened } from './store.ts';

const hit = (hits: { chunk: string }[]) => hits.map(({ chunk }) => chunk);

/** Reading back what was put, and the vectors of a second model beside those in use. */
export function shelfContract(name: string, open: () => Promise<Opened>): void {
  describe(`shelf contract: ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const docs = [0, 1, 2].map((i) => documentOf(`${i}.txt`, [`walrus number ${i}`, `seal number ${i}`]));

    /** Embeds what waits for this model: the text's number tells the axis. */
    async function embed(model: string, turn: number, dimensions: number): Promise<number> {
      const waiting = await collect(opened.store.pending(model));
      const vectors = new Map(
        waiting.map(({ hash, text }) => [hash, axis(Number(/\d/.exec(text)![0]) + turn, dimensions)]),
      );
      await opened.store.putVectors(model, `runs ${model}`, vectors);
      return waiting.length;
    }

    it('gives passages and vectors back as they are kept, past a page', async () => {
      const long = documentOf(
        'long.txt',
        Array.from({ length: 130 }, (_, i) => `paragraph ${i}`),
      );
      await opened.store.put([long]);
      const chunks = await collect(opened.store.chunks(long.document));
      expect(chunks).toEqual(long.chunks.map(({ terms: _, ...chunk }) => chunk));
      const waiting = await collect(opened.store.pending());
      const made = new Map(waiting.map(({ hash }, i) => [hash, axis(i % 16, 16, 0.1 + i / 1000)]));
      await opened.store.putVectors('model-a', 'test', made);
      const hashes = [...made.keys(), 'f'.repeat(64)];
      const once = await opened.store.vectors(hashes);
      expect(once.size).toBe(130);
      for (const [hash, vector] of once)
        for (const [i, value] of vector.entries()) expect(value).toBeCloseTo(made.get(hash)![i]!, 2);
      // Put again into a home of its own, they are the same to the bit.
      await opened.store.dropVectors();
      await opened.store.putVectors('model-a', 'test', once);
      expect(await opened.store.vectors(hashes)).toEqual(once);
    });

    it('builds beside the vectors in use, changes places in one step, and back', async () => {
      await opened.store.put(docs);
      await embed('model-a', 0, 16);
      await opened.store.shelve('model-b');
      expect(await embed('model-b', 1, 24)).toBe(6);
      const fingerprint = await opened.store.fingerprint();
      expect(fingerprint).toMatchObject({ model: 'model-a', dimensions: 16, shelf: { model: 'model-b', embedded: 6 } });
      expect((await opened.store.searchVector(axis(2, 16), 2)).map(({ chunk }) => chunk.slice(0, 64))).toEqual([
        docs[2]!.document.id,
        docs[2]!.document.id,
      ]);
      const shelf = await opened.store.onShelf();
      expect((await shelf.fingerprint()).model).toBe('model-b');
      expect(hit(await shelf.searchVector(axis(2, 24), 1))[0]).toContain(docs[1]!.document.id);
      expect(hit(await shelf.searchText(parseQuery('seal'), 9))).toHaveLength(3);
      await shelf.close();

      await opened.store.switchShelf();
      const after = await opened.store.fingerprint();
      expect(after).toMatchObject({ model: 'model-b', dimensions: 24, shelf: { model: 'model-a', embedded: 6 } });
      expect((await opened.store.coverage()).embedded).toBe(6);
      const reader = await opened.reader();
      expect(hit(await reader.searchVector(axis(2, 24), 1))[0]).toContain(docs[1]!.document.id);
      await reader.close();
      await opened.store.switchShelf();
      expect(hit(await opened.store.searchVector(axis(2, 16), 1))[0]).toContain(docs[2]!.document.id);
      expect(await opened.store.check()).toEqual([]);
    });

    it('catches up with what came, went and came back meanwhile', async () => {
      await opened.store.put(docs);
      await embed('model-a', 0, 16);
      await opened.store.shelve('model-b');
      await embed('model-b', 1, 16);
      await opened.store.remove('0.txt');
      await opened.store.put([documentOf('3.txt', ['walrus number 3', 'seal number 1'])]);
      opened = await opened.crash();
      await opened.store.switchShelf();
      // `seal number 1` is known by its text; only the new text waits.
      expect(await collect(opened.store.pending())).toHaveLength(1);
      expect((await opened.store.coverage()).embedded).toBe(5);
      await embed('model-b', 1, 16);
      expect((await opened.store.coverage()).embedded).toBe(6);
      expect(await opened.store.searchVector(axis(4), 9)).toHaveLength(6);
      await opened.store.switchShelf();
      expect((await opened.store.fingerprint()).model).toBe('model-a');
      expect((await opened.store.coverage()).embedded).toBe(5);
    });

    it('gives a shelf up for another model, by pruning, and says when there is none', async () => {
      await opened.store.put(docs);
      await embed('model-a', 0, 16);
      await expect(opened.store.switchShelf()).rejects.toMatchObject({ code: 'not_found' });
      await opened.store.shelve('model-b');
      await embed('model-b', 1, 24);
      await opened.store.shelve('model-c');
      expect((await opened.store.fingerprint()).shelf).toEqual({ model: 'model-c', embedded: 0 });
      expect(await collect(opened.store.pending('model-c'))).toHaveLength(6);
      await opened.store.dropShelf();
      expect((await opened.store.fingerprint()).shelf).toBeUndefined();
      await expect(opened.store.onShelf()).rejects.toMatchObject({ code: 'not_found' });
      await opened.store.shelve('model-b');
      expect(await embed('model-b', 1, 24)).toBe(6);
      await opened.store.prune();
      expect((await opened.store.fingerprint()).shelf).toBeUndefined();
      expect((await opened.store.coverage()).embedded).toBe(6);
    });

    it('makes the first model of a home on the shelf, too', async () => {
      await opened.store.put(docs);
      await opened.store.shelve('model-b');
      await embed('model-b', 0, 24);
      await opened.store.switchShelf();
      expect(await opened.store.fingerprint()).toMatchObject({ model: 'model-b', dimensions: 24 });
      expect((await opened.store.coverage()).embedded).toBe(6);
      expect((await opened.store.fingerprint()).shelf).toBeUndefined();
    });
  });
}
