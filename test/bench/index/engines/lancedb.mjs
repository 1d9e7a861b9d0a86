// LanceDB: inverted index, HNSW over scalar-quantised vectors (its most exact index), B-tree of the parts.
import { join } from 'node:path';
import { clock } from '../clock.mjs';
import { vectorOf, wordsOf } from '../data.mjs';

const connect = async (dir) => (await import('@lancedb/lancedb')).connect(join(dir, 'lance'));
const rowOf = (id, words, vector) => ({
  ...{ id, doc: Math.floor(id / 10), part: Math.floor(id / 10) % 100 },
  ...{ text: words.join(' '), vector: Array.from(vector) },
});

export async function build(dir, vocabulary, chunks) {
  const { Index } = await import('@lancedb/lancedb');
  const db = await connect(dir);
  const { timed, ...spent } = clock();
  let table;
  for (let first = 0; first < chunks; first += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, chunks - first) }, (_, i) =>
      rowOf(first + i, wordsOf(vocabulary, first + i), vectorOf(first + i, chunks)),
    );
    await timed('text', async () => {
      if (table === undefined) table = await db.createTable('chunks', rows);
      else await table.add(rows);
    });
  }
  const fts = { withPosition: false, stem: false, removeStopWords: false, asciiFolding: false };
  await timed('text', () => table.createIndex('text', { config: Index.fts(fts) }));
  await timed('text', () => table.createIndex('part', { config: Index.btree() }));
  await timed('text', () => table.createIndex('doc', { config: Index.btree() }));
  await timed('vectors', () => table.createIndex('vector', { config: Index.hnswSq({ distanceType: 'cosine' }) }));
  return spent;
}

export async function open(dir) {
  const table = await (await connect(dir)).openTable('chunks');
  const ids = async (query) => (await query.select(['id']).limit(10).toArray()).map(({ id }) => Number(id));
  const near = (vector) => table.query().nearestTo(vector).distanceType('cosine').refineFactor(10);
  return {
    numbers: (found) => found,
    text: (words) => ids(table.query().fullTextSearch(words.join(' '), { columns: ['text'] })),
    vector: (vector) => ids(near(vector)),
    textIn: (words, part) =>
      ids(
        table
          .query()
          .fullTextSearch(words.join(' '), { columns: ['text'] })
          .where(`part = ${part}`),
      ),
    vectorIn: (vector, part) => ids(near(vector).where(`part = ${part}`)),
    texts: async (found) =>
      (
        await table
          .query()
          .where(`id IN (${found.join(',')})`)
          .select(['text'])
          .toArray()
      ).map(({ text }) => text),
    close: () => table.close(),
  };
}

export async function openForChange(dir) {
  const table = await (await connect(dir)).openTable('chunks');
  return {
    add: (number, texts, vectors) => table.add(texts.map((words, i) => rowOf(number * 10 + i, words, vectors[i]))),
    remove: (number) => table.delete(`doc = ${number}`),
    close: () => table.close(),
  };
}
