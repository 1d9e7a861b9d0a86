import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoreReader } from '../../src/store/store.ts';
import { idf, impact } from '../../src/text/bm25.ts';
import { parseQuery } from '../../src/text/query.ts';
import type { Filter } from '../../src/types.ts';
import { axis, collect, documentOf } from '../support/store.ts';

export interface Opened {
  store: Store;
  /** A second view of the same home, as another process has it. */
  reader(): Promise<StoreReader>;
  /** The writer dies without closing; the home is opened again. */
  crash(): Promise<Opened>;
  close(): Promise<void>;
}

const hit = (hits: { chunk: string }[]) => hits.map(({ chunk }) => chunk);

/** What every store must do; run on each driver against the real thing. */
export function storeContract(name: string, open: () => Promise<Opened>): void {
  describe(`store contract: ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('finds by words as soon as put resolves, in another process too', async () => {
      const tea = documentOf('tea.txt', ['Green tea is stored cold.\n', 'Black tea needs no cooling.\n']);
      await opened.store.put([tea]);
      const reader = await opened.reader();
      const hits = await reader.searchText(parseQuery('stored cold'), 10);
      expect(hit(hits)).toEqual([tea.chunks[0]!.id]);
      expect(hits[0]!.score).toBeGreaterThan(0);
      await reader.close();
    });

    it('gives the text back exactly, also past a page of chunks', async () => {
      const paragraphs = Array.from({ length: 130 }, (_, i) => `段落 ${i} 👋 line\r\n`);
      const long = documentOf('long.txt', paragraphs);
      await opened.store.put([long]);
      expect((await collect(opened.store.text(long.document))).join('')).toBe(paragraphs.join(''));
      expect(await opened.store.chunkCount(long.document)).toBe(130);
    });

    it('replaces a document in one step and keeps the old version for asOf', async () => {
      const first = documentOf('a.txt', ['the old wording']);
      await opened.store.put([first]);
      const before = new Date().toISOString();
      await new Promise((resolve) => setTimeout(resolve, 5));
      const second = documentOf('a.txt', ['a new phrasing']);
      await opened.store.put([second]);
      expect(hit(await opened.store.searchText(parseQuery('wording'), 5))).toEqual([]);
      expect(hit(await opened.store.searchText(parseQuery('phrasing'), 5))).toEqual([second.chunks[0]!.id]);
      expect(hit(await opened.store.searchText(parseQuery('wording'), 5, { asOf: before }))).toEqual([
        first.chunks[0]!.id,
      ]);
      expect((await opened.store.find('a.txt', before))?.id).toBe(first.document.id);
      expect((await opened.store.coverage()).versions).toBe(1);
    });

    it('tells each earlier state apart, through many versions, removals and merges', async () => {
      const sources = ['a.txt', 'b.txt', 'c.txt'];
      const states: { at: string; texts: Record<string, string> }[] = [];
      const texts: Record<string, string> = {};
      for (let turn = 0; turn < 36; turn++) {
        const source = sources[turn % 3]!;
        if (turn % 7 === 6) {
          await opened.store.remove(source);
          delete texts[source];
        } else {
          texts[source] = `walrus version${turn} of it`;
          await opened.store.put([documentOf(source, [texts[source]])]);
        }
        if (turn % 10 === 9) await opened.store.compact();
        await new Promise((resolve) => setTimeout(resolve, 3));
        states.push({ at: new Date().toISOString(), texts: { ...texts } });
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      const told = async () => {
        for (const { at, texts } of states) {
          const asOf = { asOf: at };
          const hits = await opened.store.searchText(parseQuery('walrus'), 99, asOf);
          const found = [...(await opened.store.read(hit(hits))).values()];
          const seen = Object.fromEntries(found.map(({ chunk, document }) => [document.source, chunk.text]));
          expect(seen).toEqual(texts);
          expect(found).toHaveLength(hits.length);
          const listed = (await collect(opened.store.documents(asOf))).map(({ source }) => source);
          expect(listed).toEqual(Object.keys(texts).sort());
        }
      };
      await told();
      await opened.store.compact();
      await opened.store.retokenize();
      await told();
      await opened.store.prune();
      const [now] = await opened.store.searchText(parseQuery('version35'), 9, { asOf: states.at(-1)!.at });
      expect(now).toBeDefined();
      expect(await opened.store.searchText(parseQuery('version0'), 9, { asOf: states[0]!.at })).toEqual([]);
    });

    it('keeps a reader on its snapshot while the writer goes on', async () => {
      await opened.store.put([documentOf('a.txt', ['first words'])]);
      const reader = await opened.reader();
      expect((await reader.coverage()).documents).toBe(1);
      await opened.store.put([documentOf('b.txt', ['second words'])]);
      expect((await reader.coverage()).documents).toBe(1);
      expect(hit(await reader.searchText(parseQuery('second'), 5))).toEqual([]);
      await reader.close();
    });

    it('put twice is one document', async () => {
      const one = documentOf('a.txt', ['same words']);
      await opened.store.put([one]);
      await opened.store.put([one]);
      expect((await opened.store.coverage()).documents).toBe(1);
      expect(await opened.store.searchText(parseQuery('same words'), 5)).toHaveLength(1);
    });

    it('removes, and says whether there was anything', async () => {
      await opened.store.put([documentOf('a.txt', ['gone soon'])]);
      expect(await opened.store.remove('a.txt')).toBe(true);
      expect(await opened.store.remove('a.txt')).toBe(false);
      expect(await opened.store.searchText(parseQuery('gone'), 5)).toEqual([]);
      expect(await opened.store.find('a.txt')).toBeUndefined();
    });

    it('moves a document in one step', async () => {
      await opened.store.put([documentOf('old.txt', ['stays the same'])]);
      await opened.store.put([documentOf('new.txt', ['stays the same'])], { removed: ['old.txt'] });
      expect((await collect(opened.store.documents())).map(({ source }) => source)).toEqual(['new.txt']);
    });

    it('shows a draft only when it is complete, and drops it after a crash', async () => {
      const { document, chunks } = documentOf(
        'big.txt',
        Array.from({ length: 9 }, (_, i) => `part ${i} whale\n`),
      );
      const draft = await opened.store.draft(document);
      await draft.add(chunks.slice(0, 4));
      expect(await opened.store.searchText(parseQuery('whale'), 20)).toEqual([]);
      opened = await opened.crash();
      expect(await opened.store.searchText(parseQuery('whale'), 20)).toEqual([]);
      await opened.store.put([documentOf('other.txt', ['nothing of that kind'])]);
      expect(await opened.store.searchText(parseQuery('whale'), 20)).toEqual([]);
      const again = await opened.store.draft(document);
      await again.add(chunks.slice(0, 4));
      await opened.store.put([documentOf('between.txt', ['a small one in between'])]);
      await again.add(chunks.slice(4));
      await again.commit(document);
      expect(await opened.store.searchText(parseQuery('whale'), 20)).toHaveLength(9);
      expect((await collect(opened.store.text(document))).join('')).toBe(chunks.map(({ text }) => text).join(''));
      expect(hit(await opened.store.searchText(parseQuery('between'), 20))).toHaveLength(1);
    });

    it('discards one draft and leaves another alone', async () => {
      const whale = documentOf('whale.txt', ['a whale\n']);
      const gull = documentOf('gull.txt', ['a gull\n']);
      const left = await opened.store.draft(whale.document);
      const kept = await opened.store.draft(gull.document);
      await left.add(whale.chunks);
      await kept.add(gull.chunks);
      await left.discard();
      await kept.commit(gull.document);
      expect(await opened.store.searchText(parseQuery('whale'), 20)).toEqual([]);
      expect(hit(await opened.store.searchText(parseQuery('gull'), 20))).toHaveLength(1);
    });

    it('remembers an archive without a document or a problem', async () => {
      const stamp = { bytes: 7, mtimeMs: 1, sha256: 'ab', document: false, collection: '', tags: {} };
      await opened.store.note('a.zip', { ...stamp, container: true });
      expect((await opened.store.stamps()).get('a.zip')).toEqual({ ...stamp, container: true });
      await opened.store.remove('a.zip');
      expect((await opened.store.stamps()).size).toBe(0);
    });

    it('filters exactly: k hits come back if k exist', async () => {
      const many = Array.from({ length: 300 }, (_, i) =>
        documentOf(`${i % 3 === 0 ? 'notes' : 'docs/deep'}/${i}.txt`, [`alpha word${i}`], {
          ...{
            type: i % 2 ? 'pdf' : 'code:python',
            collection: i % 5 ? 'default' : 'work',
            mtimeMs: Date.UTC(2026, 0, 1 + (i % 28)),
          },
          tags: { year: String(2020 + (i % 4)) },
        }),
      );
      await opened.store.put(many);
      const count = async (filter: object) => (await opened.store.searchText(parseQuery('alpha'), 1000, filter)).length;
      expect(await count({})).toBe(300);
      expect(await count({ in: ['notes'] })).toBe(100);
      expect(await count({ in: ['docs/**/*.txt'] })).toBe(200);
      expect(await count({ in: ['17.txt'] })).toBe(1);
      expect(await count({ type: ['pdf'] })).toBe(150);
      expect(await count({ type: ['code'] })).toBe(150);
      expect(await count({ type: ['python', 'pdf'] })).toBe(300);
      expect(await count({ collection: 'work' })).toBe(60);
      expect(await count({ tags: { year: '2021' }, type: ['pdf'] })).toBe(75);
      expect(await count({ since: '2026-01-10T00:00:00Z', until: '2026-01-10T23:59:59Z' })).toBe(11);
      expect(await opened.store.searchText(parseQuery('alpha'), 7, { in: ['notes'] })).toHaveLength(7);
    });

    it('obeys phrases and exclusions', async () => {
      const texts = ['machine learning for tea', 'learning a machine', 'machine learning without milk'];
      const docs = texts.map((text, i) => documentOf(`${i}.txt`, [text]));
      await opened.store.put(docs);
      const found = async (query: string) => hit(await opened.store.searchText(parseQuery(query), 9)).sort();
      const ids = docs.map(({ chunks }) => chunks[0]!.id);
      expect(await found('"machine learning"')).toEqual([ids[0]!, ids[2]!].sort());
      expect(await found('machine -milk')).toEqual([ids[0]!, ids[1]!].sort());
      expect(await found('"machine learning" -tea')).toEqual([ids[2]]);
      expect(await found('machine -"machine learning"')).toEqual([ids[1]]);
      const scores = await opened.store.score(ids, parseQuery('"machine learning" -milk'));
      expect(ids.map((id) => scores.get(id)?.excluded ?? false)).toEqual([false, true, true]);
    });

    it('filters by words of the title, through versions and removal', async () => {
      const titles = ['The Backup Plan', 'backups planned', 'Plan of the backup', '备份计划', 'Untitled'];
      const docs = titles.map((title, i) => documentOf(`${i}.txt`, ['alpha one\n', 'two'], { title }));
      for (const doc of docs) await opened.store.put([doc]);
      const found = async (text: string, more: object = {}) => {
        const query = parseQuery(text);
        const hits = await opened.store.searchText(parseQuery('alpha'), 9, { ...more, ...pick(query) });
        return hits.map(({ chunk }) => docs.findIndex((doc) => chunk.startsWith(doc.document.id))).sort();
      };
      const pick = ({ title, notTitle }: ReturnType<typeof parseQuery>) => ({ title, notTitle });
      expect(await found('title:backup')).toEqual([0, 1, 2]);
      expect(await found('title:"backup plan"')).toEqual([0, 1]);
      expect(await found('title:plan title:backup')).toEqual([0, 1, 2]);
      expect(await found('标题:备份')).toEqual([3]);
      expect(await found('title:backup -title:"backup plan"')).toEqual([2]);
      expect(await found('title:nowhere')).toEqual([]);
      expect(await found('title:backup', { in: ['1.txt', '4.txt'] })).toEqual([1]);
      await opened.store.compact();
      expect(await found('title:backup')).toEqual([0, 1, 2]);
      await opened.store.remove('0.txt');
      await opened.store.put([documentOf('1.txt', ['alpha one\n', 'two'], { title: 'Renamed' })]);
      expect(await found('title:backup')).toEqual([2]);
      expect((await collect(opened.store.documents({ title: [['renam']] }))).map(({ source }) => source)).toEqual([
        '1.txt',
      ]);
    });

    it('names the terms of current passages that begin so, most frequent first', async () => {
      for (let i = 0; i < 12; i++)
        await opened.store.put([
          documentOf(`${i}.txt`, [`backup bacon${i} ${i % 3 ? 'back' : 'bazaar'} 数据库 zebra`]),
        ]);
      const from = async (prefix: string, limit = 9) => [...(await opened.store.termsFrom(prefix, limit))];
      expect((await from('bac')).slice(0, 2)).toEqual([
        ['backup', 12],
        ['back', 8],
      ]);
      expect(await from('bac')).toHaveLength(9);
      expect(await from('backu')).toEqual([['backup', 12]]);
      expect((await from('数')).map(([term]) => term)).toContain('数据');
      expect(await from('zz')).toEqual([]);
      await opened.store.remove('0.txt');
      expect((await from('bacon0')).length).toBe(0);
      await opened.store.compact();
      await opened.store.prune();
      expect(await from('baz')).toEqual([['bazaar', 3]]);
      expect(await from('a')).toEqual([]);
    });

    it('takes what a word may become for one term, and the word itself for more', async () => {
      const texts = ['backup backups backup bacon', 'back', 'bacon backup', 'tea', `back ${'filler '.repeat(300)}`];
      const docs = texts.map((text, i) => documentOf(`${i}.txt`, [text]));
      for (const doc of docs) await opened.store.put([doc]);
      const placed = async (word: string, terms: string[], filter?: Filter) => {
        const query = { ...parseQuery(word), begun: [{ word, terms }] };
        const hits = await opened.store.searchText(query, 9, filter);
        const scores = await opened.store.score(hit(hits), query);
        for (const { chunk, score } of hits) expect(scores.get(chunk)!.bm25).toBe(score);
        return hits.map(({ chunk }) => docs.findIndex((doc) => chunk.startsWith(doc.document.id)));
      };
      expect(await placed('back', ['backup', 'bacon'])).toEqual([1, 4, 0, 2]);
      // No passage has the word: its continuations stand for it in full, together as one word of three occurrences would.
      const [united] = await opened.store.searchText(
        { ...parseQuery(''), begun: [{ word: 'bac', terms: ['backup', 'bacon'] }] },
        1,
      );
      const chunks = texts.length;
      expect(united!.score).toBeCloseTo(idf(chunks, 2) * impact(4, 4), 9);
      expect(await placed('bac', ['backup', 'bacon'])).toEqual([0, 2]);
      expect(await placed('bac', ['backup', 'bacon'], { in: ['2.txt'] })).toEqual([2]);
      const before = await placed('back', ['backup', 'bacon']);
      await opened.store.compact();
      expect(await placed('back', ['backup', 'bacon'])).toEqual(before);
      await opened.store.remove('0.txt');
      expect(await placed('bac', ['backup', 'bacon'])).toEqual([2]);
    });

    it('embeds equal text once, remembers it through a move, and finds by vector', async () => {
      const same = ['shared paragraph\n', 'own paragraph one\n'];
      await opened.store.put([documentOf('a.txt', same), documentOf('b.txt', [same[0]!])]);
      const pending = await collect(opened.store.pending());
      expect(pending.map(({ text }) => text).sort()).toEqual(['own paragraph one', 'shared paragraph']);
      await opened.store.putVectors('m', 'test', new Map(pending.map(({ hash }, i) => [hash, axis(i)])));
      await opened.store.putVectors('m', 'test', new Map(pending.map(({ hash }, i) => [hash, axis(i + 1)])));
      expect(await opened.store.coverage()).toMatchObject({ chunks: 3, embedded: 3 });
      const shared = pending.findIndex(({ text }) => text === 'shared paragraph');
      const hits = await opened.store.searchVector(axis(shared), 9);
      expect(hits).toHaveLength(3);
      expect(hits[0]!.score).toBeCloseTo(1, 2);
      expect(hits[1]!.score).toBe(hits[0]!.score);
      expect(hits[0]!.chunk < hits[1]!.chunk).toBe(true);
      await opened.store.put([documentOf('c.txt', same)], { removed: ['a.txt'] });
      expect(await collect(opened.store.pending())).toEqual([]);
      expect((await opened.store.fingerprint()).runtimes).toEqual({ test: 2 });
    });

    it('gives both scores of any chunk', async () => {
      const docs = ['tea and milk', 'only milk', 'coffee'].map((text, i) => documentOf(`${i}.txt`, [text]));
      await opened.store.put(docs);
      const pending = await collect(opened.store.pending());
      await opened.store.putVectors('m', 'test', new Map([[pending[0]!.hash, axis(0)]]));
      const query = parseQuery('tea milk');
      const ids = docs.map(({ chunks }) => chunks[0]!.id);
      const scores = await opened.store.score([...ids, 'f'.repeat(64)], query, axis(0));
      const listed = new Map((await opened.store.searchText(query, 9)).map(({ chunk, score }) => [chunk, score]));
      expect(scores.size).toBe(3);
      for (const id of ids) expect(scores.get(id)!.bm25).toBe(listed.get(id) ?? 0);
      expect([...scores.values()].filter(({ cosine }) => cosine !== undefined)).toHaveLength(1);
    });

    it('counts terms over current versions only', async () => {
      await opened.store.put([documentOf('a.txt', ['kiwi kiwi', 'plum']), documentOf('b.txt', ['kiwi'])]);
      await opened.store.put([documentOf('b.txt', ['plum now'])]);
      const { chunks, df } = await opened.store.termStats(['kiwi', 'plum', 'nowhere']);
      expect(chunks).toBe(3);
      expect([df.get('kiwi'), df.get('plum'), df.get('nowhere')]).toEqual([1, 2, 0]);
    });

    it("refuses to mix two models' vectors, by name", async () => {
      await opened.store.put([documentOf('a.txt', ['one']), documentOf('b.txt', ['two'])]);
      const [one, two] = await collect(opened.store.pending());
      await opened.store.putVectors('model-a', 'test', new Map([[one!.hash, axis(0)]]));
      const mixed = opened.store.putVectors('model-b', 'test', new Map([[two!.hash, axis(1)]]));
      await expect(mixed).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('model-a') });
      await opened.store.dropVectors();
      expect(await collect(opened.store.pending())).toHaveLength(2);
      await opened.store.putVectors('model-b', 'test', new Map([[two!.hash, axis(1)]]));
      expect((await opened.store.fingerprint()).model).toBe('model-b');
    });

    it('remembers files that gave no document until one comes', async () => {
      const problem = { status: 'failed', code: 'corrupt', reason: 'no end', version: '1' } as const;
      const stamp = { bytes: 3, mtimeMs: 5, sha256: '', document: false, collection: '', tags: {}, problem };
      await opened.store.note('bad.pdf', stamp);
      expect((await opened.store.stamps()).get('bad.pdf')?.problem).toMatchObject(problem);
      await opened.store.put([documentOf('bad.pdf', ['readable now'])]);
      expect((await opened.store.stamps()).get('bad.pdf')?.problem).toBeUndefined();
    });

    it('changes labels only where they differ', async () => {
      await opened.store.put([documentOf('a.txt', ['words'])]);
      expect(await opened.store.label('a.txt', { collection: 'work', tags: { x: 'y' } })).toBe(true);
      expect(await opened.store.label('a.txt', { collection: 'work' })).toBe(false);
      expect(
        await opened.store.searchText(parseQuery('words'), 5, { collection: 'work', tags: { x: 'y' } }),
      ).toHaveLength(1);
    });

    it('answers the same after many commits, merging, retokenising and pruning', async () => {
      for (let i = 0; i < 60; i++)
        await opened.store.put([documentOf(`${i}.txt`, [`zebra common ${i % 7} 数据库 备份`])]);
      for (let i = 0; i < 20; i++) await opened.store.put([documentOf(`${i}.txt`, [`lion common ${i}`])]);
      for (let i = 20; i < 25; i++) await opened.store.remove(`${i}.txt`);
      const ask = async () =>
        JSON.stringify([
          await opened.store.searchText(parseQuery('zebra 3'), 100),
          await opened.store.searchText(parseQuery('数据库 common'), 100),
          await opened.store.termStats(['zebra', 'common']).then(({ chunks, df }) => [chunks, [...df]]),
        ]);
      const before = await ask();
      await opened.store.compact();
      expect(await ask()).toBe(before);
      await opened.store.retokenize();
      expect(await ask()).toBe(before);
      await opened.store.prune();
      expect(await ask()).toBe(before);
      expect((await opened.store.coverage()).versions).toBe(0);
      await opened.store.put([documentOf('new.txt', ['zebra again'])]);
      expect((await opened.store.searchText(parseQuery('zebra'), 100)).length).toBe(36);
    });

    it('finds characters beyond the BMP, and what sorts around them, before and after merging', async () => {
      const words = ['𠮷野', '𩸽', '鿿', '\uf8ff', 'ｶﾞ', 'zebra', '豈'];
      for (const [i, word] of words.entries()) await opened.store.put([documentOf(`${i}.txt`, [`${word} ${word}`])]);
      const ask = async () =>
        Promise.all(words.map(async (word) => hit(await opened.store.searchText(parseQuery(word), 9)).length));
      const before = await ask();
      expect(before.filter((count) => count === 1).length).toBeGreaterThan(4);
      await opened.store.compact();
      expect(await ask()).toEqual(before);
      await opened.store.prune();
      expect(await ask()).toEqual(before);
      expect(await opened.store.check()).toEqual([]);
    });

    it('survives a crash with everything that was put', async () => {
      for (let i = 0; i < 5; i++) await opened.store.put([documentOf(`${i}.txt`, [`walrus ${i}`])]);
      opened = await opened.crash();
      expect(await opened.store.searchText(parseQuery('walrus'), 100)).toHaveLength(5);
      expect(await opened.store.check()).toEqual([]);
    });
  });
}
