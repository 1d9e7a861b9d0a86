import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/pipeline/digest.ts';
import type { Store, StoreReader } from '../../src/store/store.ts';
import { writerWithin } from '../../src/store/within.ts';
import { embeddingText } from '../../src/text/chunk.ts';
import { parseQuery } from '../../src/text/query.ts';
import { axis, collect, documentOf } from '../support/store.ts';
import type { Opened } from './store.ts';

const inCollection = (collection: string, source: string, paragraphs: string[]) =>
  documentOf(source, paragraphs, { collection });
type Made = ReturnType<typeof documentOf>;

/** What a home is to somebody who may see some of its collections: in everything as if the others were not there. */
export function withinContract(name: string, open: () => Promise<Opened>): void {
  describe(`seeing some collections: ${name}`, () => {
    let opened: Opened;
    let store: Store;
    const ours = [
      inCollection('tea', 'tea/green.txt', ['Green tea is stored cold.\n', 'A kettle boils water.\n']),
      inCollection('tea', 'tea/black.txt', ['Black tea needs no cooling.\n']),
    ];
    const theirs = [
      inCollection('pay', 'pay/salary.txt', ['The salary of the director is a secret.\n', 'Green numbers are good.\n']),
      inCollection('pay', 'pay/bonus.txt', ['Green bonus, green salary, salaried staff.\n']),
    ];
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const vectorsOf = (made: Made[], from: number) =>
      new Map(made.flatMap(({ chunks }) => chunks).map((chunk, i) => [sha256(embeddingText(chunk)), axis(from + i)]));

    /** Everything that a reader tells, about what is there and what is not. */
    async function told(reader: StoreReader): Promise<object> {
      const query = parseQuery('green salary tea director');
      const begun = { ...parseQuery('salar'), begun: [{ word: 'salar', terms: ['salari', 'salary', 'green'] }] };
      const ids = [...ours, ...theirs].flatMap(({ chunks }) => chunks.map(({ id }) => id));
      const hashes = [...ours, ...theirs].flatMap(({ chunks }) => chunks.map((one) => sha256(embeddingText(one))));
      const { runtimes: _, ...print } = await reader.fingerprint();
      const documents = await collect(reader.documents());
      return {
        print,
        coverage: await reader.coverage(),
        stamps: [...(await reader.stamps()).keys()].sort(),
        documents: documents.map(({ source }) => source),
        filtered: (await collect(reader.documents({ collection: 'pay' }))).length,
        found: await Promise.all(
          ['tea/green.txt', 'pay/salary.txt', 'none'].map(async (s) => (await reader.find(s))?.id),
        ),
        earlier: (await reader.find('pay/salary.txt', new Date().toISOString()))?.id,
        texts: await Promise.all(theirs.map(async ({ document }) => (await collect(reader.text(document))).join(''))),
        chunks: await Promise.all(theirs.map(async ({ document }) => (await collect(reader.chunks(document))).length)),
        counts: await Promise.all(theirs.map(({ document }) => reader.chunkCount(document))),
        read: [...(await reader.read(ids)).keys()],
        vectors: [...(await reader.vectors(hashes)).keys()].sort(),
        lexical: await reader.searchText(query, 20),
        within: await reader.searchText(query, 20, { collections: ['pay', 'tea'] }),
        elsewhere: await reader.searchText(query, 20, { collection: 'pay' }),
        begun: await reader.searchText(begun, 20),
        dense: await reader.searchVector(axis(0), 20),
        scores: [...(await reader.score(ids, query, axis(1)))].sort(),
        excluded: [...(await reader.score(ids, parseQuery('tea -cold "boils water"')))].sort(),
        stats: await reader.termStats(['green', 'tea', 'director', 'salari', 'nonsens']),
        from: [...(await reader.termsFrom('s', 10)), ...(await reader.termsFrom('g', 10))],
      };
    }

    it('tells nothing that a home without the others would not tell, to the last digit', async () => {
      await store.put(ours);
      await store.putVectors('m', 'r', vectorsOf(ours, 0));
      const alone = await told(store);
      await store.put(theirs);
      await store.putVectors('m', 'r', vectorsOf(theirs, 5));
      // A version of theirs that was, and one that came from elsewhere and went.
      await store.put([inCollection('pay', 'pay/bonus.txt', ['Green bonus, salary and tea.\n'])]);
      await store.put([inCollection('pay', 'pay/gone.txt', ['A green director.\n'])]);
      await store.remove('pay/gone.txt');
      await store.note('pay/broken.pdf', {
        ...{ bytes: 1, mtimeMs: 1, sha256: '', document: false, collection: '', tags: {} },
        problem: { code: 'corrupt', reason: 'x', status: 'failed', version: '1' },
      });
      const seen = await store.onlyIn(['tea']);
      expect(await told(seen)).toEqual(alone);
      expect(await told(await seen.onlyIn(['tea', 'pay']))).toEqual(alone);
      const reader = await opened.reader();
      expect(await told(await reader.onlyIn(['tea']))).toEqual(alone);
      await reader.close();
      await store.compact();
      await store.prune();
      expect(await told(await store.onlyIn(['tea']))).toEqual(alone);
      await store.retokenize();
      expect(await told(await store.onlyIn(['tea']))).toEqual(alone);
    });

    it('sees a document from the moment it comes to a collection, and with the words of it', async () => {
      await store.put([...ours, ...theirs]);
      const seen = () => store.onlyIn(['tea']);
      const df = async () => (await (await seen()).termStats(['director'])).df.get('director');
      expect(await df()).toBe(0);
      expect(await store.label('pay/salary.txt', { collection: 'tea' })).toBe(true);
      expect(await df()).toBe(1);
      expect(await (await seen()).find('pay/salary.txt')).toMatchObject({ collection: 'tea' });
      expect((await (await seen()).coverage()).documents).toBe(3);
      expect(await store.label('pay/salary.txt', { collection: 'pay' })).toBe(true);
      expect(await df()).toBe(0);
      expect((await (await store.onlyIn([])).coverage()).documents).toBe(0);
      expect(await (await store.onlyIn([])).searchText(parseQuery('green'), 5)).toEqual([]);
      expect(await store.check()).toEqual([]);
    });

    it('sees what gave no document, and takes it out, where its name is in a space of its own', async () => {
      const stamp = { bytes: 1, mtimeMs: 1, sha256: '', document: false, collection: '', tags: {} };
      const problem = { code: 'corrupt', reason: 'x', status: 'failed', version: '1' } as const;
      const fresh = inCollection('tea', 'tea:/new.txt', ['New tea.\n']);
      await store.put([...ours, fresh]);
      for (const source of ['tea:/bad.pdf', 'pay:/bad.pdf', 'bad.pdf', 'tea/bad.pdf'])
        await store.note(source, { ...stamp, problem });
      await store.note('tea:/a.zip', { ...stamp, container: true });
      const writer = await writerWithin(store, ['tea']);
      expect([...(await writer.stamps())].map(([source, { document }]) => [source, document]).sort()).toEqual([
        ...[
          ['tea/black.txt', true],
          ['tea/green.txt', true],
        ],
        ...[
          ['tea:/a.zip', false],
          ['tea:/bad.pdf', false],
          ['tea:/new.txt', true],
        ],
      ]);
      const found = await writer.searchText(parseQuery('tea'), 5, { in: ['new.txt'] });
      expect(found.map(({ chunk }) => chunk)).toEqual([fresh.chunks[0]!.id]);
      for (const source of ['bad.pdf', 'pay:/bad.pdf', 'tea:/bad.pdf']) await writer.remove(source);
      const left = [...(await store.stamps()).keys()];
      expect(left).toEqual(expect.arrayContaining(['bad.pdf', 'pay:/bad.pdf', 'tea/bad.pdf']));
      expect(left).not.toContain('tea:/bad.pdf');
    });

    it('counts the vectors of what is seen while others wait for theirs', async () => {
      await store.put([...ours, ...theirs]);
      await store.putVectors('m', 'r', vectorsOf(ours, 0));
      expect(await (await store.onlyIn(['tea'])).coverage()).toMatchObject({ chunks: 3, embedded: 3 });
      expect(await (await store.onlyIn(['pay'])).coverage()).toMatchObject({ chunks: 3, embedded: 0 });
      const writer = await writerWithin(store, ['pay']);
      expect((await collect(writer.pending())).map(({ text }) => text).sort()).toEqual(
        theirs.flatMap(({ chunks }) => chunks.map(embeddingText)).sort(),
      );
      expect(await collect((await writerWithin(store, ['tea'])).pending())).toEqual([]);
    });

    it('writes nowhere else', async () => {
      await store.put([...ours, ...theirs]);
      const writer = await writerWithin(store, ['tea']);
      const code = (expected: string) => expect.objectContaining({ code: expected });
      const theirsNow = () => store.find('pay/salary.txt');
      const before = await theirsNow();
      await expect(writer.put([inCollection('pay', 'new.txt', ['x'])])).rejects.toEqual(code('forbidden'));
      await expect(writer.draft(inCollection('pay', 'new.txt', ['x']).document)).rejects.toEqual(code('forbidden'));
      const taken = inCollection('tea', 'pay/salary.txt', ['mine now']);
      await expect(writer.put([taken])).rejects.toEqual(code('refused'));
      await expect(writer.draft(taken.document)).rejects.toEqual(code('refused'));
      await expect(writer.put([], { removed: ['pay/salary.txt'] })).rejects.toEqual(code('refused'));
      await expect(writer.label('tea/green.txt', { collection: 'pay' })).rejects.toEqual(code('forbidden'));
      expect(await writer.label('pay/salary.txt', { tags: { a: 'b' } })).toBe(false);
      expect([await writer.remove('pay/salary.txt'), await writer.remove('none.txt')]).toEqual([false, false]);
      await writer.touch('pay/salary.txt', 5);
      for (const whole of [writer.dropVectors(), writer.repair(), writer.prune(), writer.check()])
        await expect(whole).rejects.toEqual(code('forbidden'));
      expect(await theirsNow()).toEqual(before);
      await writer.put([inCollection('tea', 'tea/white.txt', ['White tea.'])]);
      expect(await writer.remove('tea/black.txt')).toBe(true);
      expect((await collect(writer.documents())).map(({ source }) => source)).toEqual([
        'tea/green.txt',
        'tea/white.txt',
      ]);
    });
  });
}
