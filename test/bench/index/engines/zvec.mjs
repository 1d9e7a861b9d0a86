// zvec: its full-text index, HNSW over int8, inverted index of the parts.
import { join } from 'node:path';
import { clock } from '../clock.mjs';
import { vectorOf, wordsOf } from '../data.mjs';

const load = async () => {
  const zvec = await import('@zvec/zvec');
  zvec.ZVecInitialize({ logLevel: zvec.ZVecLogLevel.ERROR });
  return zvec;
};
const pathOf = (dir) => join(dir, 'zvec');
const rowOf = (id, words, vector) => ({
  id: String(id),
  fields: { part: Math.floor(id / 10) % 100, text: words.join(' ') },
  vectors: { vector },
});
function insert(collection, rows) {
  for (const status of collection.insertSync(rows)) if (!status.ok) throw new Error(status.message);
}

export async function build(dir, vocabulary, chunks) {
  const { ZVecCollectionSchema, ZVecCreateAndOpen, ZVecDataType, ZVecIndexType, ZVecMetricType, ZVecQuantizeType } =
    await load();
  const schema = new ZVecCollectionSchema({
    name: 'chunks',
    fields: [
      { name: 'part', dataType: ZVecDataType.INT64, indexParams: { indexType: ZVecIndexType.INVERT } },
      {
        ...{ name: 'text', dataType: ZVecDataType.STRING },
        indexParams: { indexType: ZVecIndexType.FTS, tokenizerName: 'whitespace' },
      },
    ],
    vectors: {
      ...{ name: 'vector', dataType: ZVecDataType.VECTOR_FP32, dimension: 384 },
      indexParams: {
        ...{ indexType: ZVecIndexType.HNSW, metricType: ZVecMetricType.COSINE, m: 16, efConstruction: 128 },
        quantizeType: ZVecQuantizeType.INT8,
      },
    },
  });
  const collection = ZVecCreateAndOpen(pathOf(dir), schema);
  const { timed, ...spent } = clock();
  for (let first = 0; first < chunks; first += 1000) {
    const rows = Array.from({ length: Math.min(1000, chunks - first) }, (_, i) =>
      rowOf(first + i, wordsOf(vocabulary, first + i), vectorOf(first + i, chunks)),
    );
    await timed('text', () => insert(collection, rows));
  }
  await timed('vectors', () => collection.optimizeSync());
  collection.closeSync();
  return spent;
}

export async function open(dir) {
  const { ZVecOpen, ZVecIndexType } = await load();
  const collection = ZVecOpen(pathOf(dir), { readOnly: true });
  const ids = (query) => collection.querySync({ topk: 10, outputFields: [], ...query }).map(({ id }) => Number(id));
  const text = (words) => ({
    ...{ fieldName: 'text', fts: { matchString: words.join(' ') } },
    params: { indexType: ZVecIndexType.FTS, defaultOperator: 'OR' },
  });
  const near = (vector) => ({ fieldName: 'vector', vector, params: { indexType: ZVecIndexType.HNSW, ef: 100 } });
  return {
    numbers: (found) => found,
    text: (words) => ids(text(words)),
    vector: (vector) => ids(near(vector)),
    textIn: (words, part) => ids({ ...text(words), filter: `part = ${part}` }),
    vectorIn: (vector, part) => ids({ ...near(vector), filter: `part = ${part}` }),
    texts: (found) => Object.values(collection.fetchSync(found.map(String))).map(({ fields }) => fields.text),
    close: () => collection.closeSync(),
  };
}

export async function openForChange(dir) {
  const { ZVecOpen } = await load();
  const collection = ZVecOpen(pathOf(dir));
  return {
    add: (number, texts, vectors) =>
      insert(
        collection,
        texts.map((words, i) => rowOf(number * 10 + i, words, vectors[i])),
      ),
    remove: (number) => collection.deleteSync(Array.from({ length: 10 }, (_, i) => String(number * 10 + i))),
    close: () => collection.closeSync(),
  };
}
