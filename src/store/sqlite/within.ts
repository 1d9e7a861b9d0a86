import { inSpaces } from '../../space.ts';
import type { Document, Filter } from '../../types.ts';
import type { Coverage, Passage, Score, Stamp, StoreReader } from '../store.ts';
import type { Access } from './access.ts';
import { BY_ID, parts } from './documents.ts';
import { type Finder, openFinder } from './segments/find.ts';
import { filterRanges } from './visible.ts';

/** Some collections of a home, as if there were no others: the index counts what words are worth in their ranges alone. */
export function within(access: Access, all: StoreReader, collections: string[]): StoreReader {
  let opened: { commit: number; finder: Finder } | undefined;
  const there = ({ collection }: Document) => collections.includes(collection);
  const list = JSON.stringify(collections);
  const narrowed = (filter: Filter = {}): Filter => ({
    ...filter,
    collections: filter.collections?.filter((one) => collections.includes(one)) ?? collections,
  });
  const ranges = (filter?: Filter) => filterRanges(access.db(), narrowed(filter));

  function sums(): Coverage {
    const where = `collection IN (SELECT value FROM json_each(?)) AND`;
    return access
      .db()
      .prepare(
        `SELECT count(*) AS documents, coalesce(sum(chunks), 0) AS chunks, coalesce(sum(bytes), 0) AS bytes,
           (SELECT count(*) FROM documents WHERE ${where} until IS NOT NULL) AS versions,
           (SELECT count(*) FROM documents d JOIN chunks c ON c.doc = d.key JOIN embedded e ON e.chunk = c.key
             WHERE ${where} d.since IS NOT NULL AND d.until IS NULL) AS embedded
         FROM documents WHERE ${where} since IS NOT NULL AND until IS NULL`,
      )
      .get(list, list, list) as Coverage;
  }

  function finder(): Finder {
    const { commit } = access.snapshot().manifest;
    if (opened?.commit !== commit)
      opened = { commit, finder: openFinder(access.snapshot(), { keys: ranges(), chunks: sums().chunks }) };
    return opened.finder;
  }

  async function read(ids: string[]): Promise<Map<string, Passage>> {
    return new Map([...(await all.read(ids))].filter(([, { document }]) => there(document)));
  }

  return {
    ...all,
    async fingerprint() {
      const { shelf: _, ...rest } = await all.fingerprint();
      return { ...rest, runtimes: {} };
    },
    coverage: async () => sums(),
    async stamps() {
      const stamps = await all.stamps();
      const own = (source: string, { document, collection }: Stamp) =>
        document ? collections.includes(collection) : inSpaces(source, collections);
      return new Map([...stamps].filter(([source, stamp]) => own(source, stamp)));
    },
    async find(source, asOf) {
      const found = await all.find(source, asOf);
      return found && there(found) ? found : undefined;
    },
    documents: (filter) => all.documents(narrowed(filter)),
    chunkCount: async (document) => (there(document) ? all.chunkCount(document) : 0),
    async *text(document) {
      if (there(document)) yield* all.text(document);
    },
    async *chunks(document) {
      if (there(document)) yield* all.chunks(document);
    },
    read,
    async vectors(hashes) {
      const holders = access.db().prepare(
        `SELECT 1 FROM chunks c JOIN documents d ON d.key = c.doc
           WHERE c.hash = ? AND d.collection IN (SELECT value FROM json_each(?))`,
      );
      return all.vectors(hashes.filter((hash) => holders.get(Buffer.from(hash, 'hex'), list) !== undefined));
    },
    searchText: async (query, limit, filter) => finder().searchText(query, limit, ranges(filter)),
    searchVector: async (vector, limit, filter) => finder().searchVector(vector, limit, ranges(filter)),
    async score(ids, query, vector) {
      const key = access.db().prepare(`SELECT c.key FROM chunks c WHERE ${BY_ID}`).pluck();
      const visible = await read(ids);
      const keys = new Map([...visible.keys()].map((id) => [key.get(...parts(id)) as number, id]));
      const scores = finder().score([...keys.keys()], query, vector);
      return new Map([...scores].map(([one, score]): [string, Score] => [keys.get(one)!, score]));
    },
    termStats: async (terms) => finder().termStats(terms),
    termsFrom: async (prefix, limit) => finder().termsFrom(prefix, limit),
    async onShelf() {
      return (await all.onShelf()).onlyIn(collections);
    },
    onlyIn: (fewer) => all.onlyIn(fewer.filter((one) => collections.includes(one))),
    async close() {},
  };
}
