import { QdrantClient } from '@qdrant/js-client-rest';
import { breaker } from '../../breaker.ts';
import { RagError } from '../../errors.ts';
import { translate } from '../../postgres/faults.ts';

/** A chunk in Qdrant. Its id is the chunk's key; what it holds can be made again from PostgreSQL. */
export interface Point {
  key: number;
  /** Key of its document. */
  doc: number;
  /** Term ids, and what their occurrences earn (BM25 without idf). */
  terms: { indices: number[]; values: number[] };
  /** By the id of the model's row. */
  vectors: Map<number, Float32Array>;
}

/** What may be found: documents, and what is out of date unless older states are asked for. */
export interface Within {
  docs?: number[];
  old: boolean;
}

export interface Points {
  exists(): Promise<boolean>;
  /** Makes the collection if it is not there. */
  ready(): Promise<void>;
  /** Makes room for a model's vectors. */
  addModel(model: number, dimensions: number): Promise<void>;
  dropModel(model: number): Promise<void>;
  put(points: Point[]): Promise<void>;
  putTerms(points: Pick<Point, 'key' | 'terms'>[]): Promise<void>;
  putVectors(model: number, vectors: { key: number; vector: Float32Array }[]): Promise<void>;
  /** Marks the chunks of superseded documents. */
  retire(docs: number[]): Promise<void>;
  drop(keys: number[]): Promise<void>;
  dropDocuments(docs: number[]): Promise<void>;
  /** Keys, best first, of the largest sums of weight times value. */
  byTerms(weights: { indices: number[]; values: number[] }, limit: number, within: Within): Promise<number[]>;
  /** Keys, best first, of the largest cosines. */
  byVector(model: number, vector: Float32Array, limit: number, within: Within): Promise<number[]>;
  /** All keys, a page at a time. */
  keys(): AsyncIterable<number[]>;
  clear(): Promise<void>;
}

export interface PointsOptions {
  url: string;
  apiKey?: string | undefined;
  collection: string;
}

const TERMS = 'terms';
const TIMEOUT_MS = 30_000;
/** Points of one request: of 3,072 dimensions they stay below Qdrant's limit of 32 MB. */
const BATCH = 500;
const PAGE = 2000;
/** Wait until it can be found: the row in PostgreSQL that refers to it comes next. */
const WAIT = { wait: true } as const;

const nameOf = (model: number) => `v${model}`;

export function openPoints({ url, apiKey, collection }: PointsOptions): Points {
  const client = new QdrantClient({
    ...{ url, timeout: TIMEOUT_MS, checkCompatibility: false },
    // Not as `apiKey`: over plain HTTP, which is what the stack's own network has, the client would complain on the console.
    ...(apiKey === undefined ? {} : { headers: { 'api-key': apiKey } }),
  });
  const what = `Qdrant at ${new URL(url).host}`;

  const guarded = breaker(what);
  const call = <T>(work: () => Promise<T>): Promise<T> => guarded(() => once(work));

  async function once<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { status } = error as { status?: number };
      if (status === 401 || status === 403)
        throw new RagError('config', `${what} does not accept our key`, {
          hint: 'check QDRANT_API_KEY',
          zh: `${what} 不接受我们的密钥`,
          zhHint: '请检查 QDRANT_API_KEY',
          cause: error,
        });
      throw translate(error, what);
    }
  }

  async function inBatches<T>(items: readonly T[], work: (batch: T[]) => Promise<unknown>): Promise<void> {
    for (let at = 0; at < items.length; at += BATCH) await call(() => work(items.slice(at, at + BATCH)));
  }

  const filterOf = ({ docs, old }: Within) => ({
    ...(docs === undefined ? {} : { must: [{ key: 'doc', match: { any: docs } }] }),
    ...(old ? {} : { must_not: [{ key: 'old', match: { value: true } }] }),
  });

  async function make(): Promise<void> {
    await client.createCollection(collection, {
      vectors: {},
      sparse_vectors: { [TERMS]: {} },
      on_disk_payload: true,
    });
    await client.createPayloadIndex(collection, { ...WAIT, field_name: 'doc', field_schema: 'integer' });
    await client.createPayloadIndex(collection, { ...WAIT, field_name: 'old', field_schema: 'bool' });
  }

  const exists = async () => (await call(() => client.collectionExists(collection))).exists;

  return {
    exists,
    async ready() {
      await call(async () => {
        if (await exists()) return;
        await make().catch(async (error) => {
          // Another process was faster.
          if (!(await client.collectionExists(collection)).exists) throw error;
        });
      });
    },
    async addModel(model, dimensions) {
      const { config } = await call(() => client.getCollection(collection));
      // Made by a transaction that failed later on.
      if (nameOf(model) in (config.params.vectors ?? {})) return;
      await call(() =>
        client.createVectorName(
          collection,
          nameOf(model),
          { dense: { size: dimensions, distance: 'Cosine' } } as never,
          WAIT,
        ),
      );
    },
    async dropModel(model) {
      await call(() => client.deleteVectorName(collection, nameOf(model), WAIT));
    },
    async put(points) {
      await inBatches(points, (batch) =>
        client.upsert(collection, {
          ...WAIT,
          points: batch.map(({ key, doc, terms, vectors }) => ({
            id: key,
            payload: { doc },
            vector: {
              [TERMS]: terms,
              ...Object.fromEntries([...vectors].map(([model, vector]) => [nameOf(model), [...vector]])),
            },
          })),
        }),
      );
    },
    async putTerms(points) {
      await inBatches(points, (batch) =>
        client.updateVectors(collection, {
          ...WAIT,
          points: batch.map(({ key, terms }) => ({ id: key, vector: { [TERMS]: terms } })),
        }),
      );
    },
    async putVectors(model, vectors) {
      await inBatches(vectors, (batch) =>
        client.updateVectors(collection, {
          ...WAIT,
          points: batch.map(({ key, vector }) => ({ id: key, vector: { [nameOf(model)]: [...vector] } })),
        }),
      );
    },
    async retire(docs) {
      await inBatches(docs, (batch) =>
        client.setPayload(collection, {
          ...WAIT,
          payload: { old: true },
          filter: { must: [{ key: 'doc', match: { any: batch } }] },
        }),
      );
    },
    async drop(keys) {
      await inBatches(keys, (batch) => client.delete(collection, { ...WAIT, points: batch }));
    },
    async dropDocuments(docs) {
      await inBatches(docs, (batch) =>
        client.delete(collection, { ...WAIT, filter: { must: [{ key: 'doc', match: { any: batch } }] } }),
      );
    },
    async byTerms(weights, limit, within) {
      if (weights.indices.length === 0) return [];
      const { points } = await call(() =>
        client.query(collection, {
          query: weights,
          using: TERMS,
          limit,
          filter: filterOf(within),
          with_payload: false,
        }),
      );
      return points.map(({ id }) => Number(id));
    },
    async byVector(model, vector, limit, within) {
      const { points } = await call(() =>
        client.query(collection, {
          ...{ query: [...vector], using: nameOf(model), limit, filter: filterOf(within), with_payload: false },
        }),
      );
      return points.map(({ id }) => Number(id));
    },
    async *keys() {
      let offset: unknown;
      do {
        const page = await call(() =>
          client.scroll(collection, {
            ...{ limit: PAGE, with_payload: false, with_vector: false },
            ...(offset === undefined ? {} : { offset: offset as number }),
          }),
        );
        yield page.points.map(({ id }) => Number(id));
        offset = page.next_page_offset ?? undefined;
      } while (offset !== undefined);
    },
    async clear() {
      await call(() => client.deleteCollection(collection));
      await call(make);
    },
  };
}
