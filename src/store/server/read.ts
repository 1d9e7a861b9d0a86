import { RagError } from '../../errors.ts';
import { int8Of, restore } from '../../int8.ts';
import type { Ask } from '../../postgres/postgres.ts';
import { spaceOf } from '../../space.ts';
import { TOKENIZER_VERSION } from '../../text/tokenize.ts';
import type { Document, Filter } from '../../types.ts';
import type { Fingerprint, Passage, Stamp, StoreReader } from '../store.ts';
import { check } from './check.ts';
import { filterWithin, matching } from './filter.ts';
import type { Points } from './points.ts';
import { type ChunkRow, CONTAINER, type DocumentRow, idParts, LIVE, toChunk, toDocument } from './rows.ts';
import { searching } from './search.ts';
import { embeddedWithin, sums } from './sums.ts';
import { DF_WITHIN, lookUp } from './terms.ts';

/** Of the tables, raised when an older program could not read them. */
export const FORMAT = 1;

const CHUNK = 'c.key, c.doc, c.position, c.start, c."end", c.context, c.locator, c.text';
const PAGE = 64;
const DOCUMENTS = 200;

interface Model {
  id: number;
  model: string;
  dimensions: number | null;
  embedded: number;
  runtimes: Record<string, number>;
}

/** `role`: whose vectors are in use for this reader. `only`: the collections there are; undefined for all. */
export function readSide(
  ask: Ask,
  points: Points,
  role: 'current' | 'shelf',
  close: () => Promise<void>,
  only?: string[],
): StoreReader {
  const SEEN = only === undefined ? '' : 'AND d.collection = ANY($2)';
  const seen = only === undefined ? [] : [only];
  async function models(): Promise<{ current: Model | undefined; shelf: Model | undefined }> {
    const rows = await ask<Model & { role: string }>(
      'SELECT id, model, dimensions, embedded, runtimes, role FROM models',
    );
    const of = (wanted: string) => rows.find((row) => row.role === wanted);
    return role === 'current'
      ? { current: of('current'), shelf: of('shelf') }
      : { current: of('shelf'), shelf: of('current') };
  }
  const found = searching(ask, points, async () => (await models()).current?.id, only);
  const newest = (document: Document) =>
    ask<{ key: number; chunks: number }>(
      `SELECT d.key, d.chunks FROM documents d WHERE d.id = $1 AND d.since IS NOT NULL ${SEEN} ORDER BY d.key DESC LIMIT 1`,
      [document.id, ...seen],
    );

  async function* rowsOf(document: Document, columns: string): AsyncGenerator<ChunkRow> {
    const [row] = await newest(document);
    if (row === undefined) return;
    for (let position = 0; ; position += PAGE) {
      const page = await ask<ChunkRow>(
        `SELECT ${columns} FROM chunks c WHERE c.doc = $1 AND c.position >= $2 ORDER BY c.position LIMIT ${PAGE}`,
        [row.key, position],
      );
      yield* page;
      if (page.length < PAGE) return;
    }
  }

  return {
    async fingerprint(): Promise<Fingerprint> {
      const [state] = await ask<{ tokenizer: number; icu: string }>('SELECT tokenizer, icu FROM state');
      const { current, shelf } = await models();
      return {
        format: FORMAT,
        tokenizer: state!.tokenizer || TOKENIZER_VERSION,
        icu: state!.icu || (process.versions.icu ?? ''),
        ...(current === undefined ? {} : { model: current.model }),
        ...(current?.dimensions ? { dimensions: current.dimensions } : {}),
        // How many vectors there are would say how much else there is.
        runtimes: only === undefined ? (current?.runtimes ?? {}) : {},
        ...(shelf === undefined || only !== undefined
          ? {}
          : { shelf: { model: shelf.model, embedded: shelf.embedded } }),
      };
    },
    async coverage() {
      const counted = await sums(ask, only);
      const { current } = await models();
      const embedded = only === undefined ? current?.embedded : await embeddedWithin(ask, only, counted, current);
      return { ...counted, embedded: embedded ?? 0 };
    },
    async stamps() {
      return readStamps(ask, only === undefined ? ALL : inCollections(only));
    },
    async find(source, asOf) {
      const at =
        asOf === undefined
          ? LIVE
          : `d.since <= $${seen.length + 2} AND (d.until IS NULL OR d.until > $${seen.length + 2})`;
      const [row] = await ask<DocumentRow>(`SELECT * FROM documents d WHERE d.source = $1 ${SEEN} AND ${at}`, [
        source,
        ...seen,
        ...(asOf === undefined ? [] : [asOf]),
      ]);
      return row === undefined ? undefined : toDocument(row);
    },
    async *documents(filter?: Filter) {
      const keys = await matching(ask, filterWithin(filter, only));
      for (let at = 0; at < keys.length; at += DOCUMENTS) {
        const page = keys.slice(at, at + DOCUMENTS);
        const rows = await ask<DocumentRow>('SELECT * FROM documents WHERE key = ANY($1)', [page]);
        const byKey = new Map(rows.map((row) => [row.key, row]));
        for (const key of page) if (byKey.has(key)) yield toDocument(byKey.get(key)!);
      }
    },
    async chunkCount(document) {
      return (await newest(document))[0]?.chunks ?? 0;
    },
    async *text(document) {
      for await (const { text } of rowsOf(document, 'c.text')) yield text;
    },
    async *chunks(document) {
      for await (const row of rowsOf(document, CHUNK)) yield toChunk(document.id, row);
    },
    async read(ids) {
      const parts = ids.map(idParts);
      const rows = await ask<ChunkRow & { document: string }>(
        `SELECT DISTINCT ON (d.id, c.position) ${CHUNK}, d.id AS document
         FROM unnest($1::text[], $2::int[]) AS w(id, position) JOIN documents d ON d.id = w.id AND d.since IS NOT NULL
           AND ($3::text[] IS NULL OR d.collection = ANY($3))
         JOIN chunks c ON c.doc = d.key AND c.position = w.position
         ORDER BY d.id, c.position, d.until IS NOT NULL, d.since DESC`,
        [parts.map(([document]) => document), parts.map(([, position]) => position), only ?? null],
      );
      const owners = await ask<DocumentRow>('SELECT * FROM documents WHERE key = ANY($1)', [
        [...new Set(rows.map(({ doc }) => doc))],
      ]);
      const documents = new Map(owners.map((row) => [row.key, toDocument(row)]));
      const passages = rows.map((row): [string, Passage] => {
        const chunk = toChunk(row.document, row);
        return [chunk.id, { chunk, document: documents.get(row.doc)! }];
      });
      const known = new Map(passages);
      return new Map(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id)!] as const] : [])));
    },
    async vectors(hashes) {
      const { current } = await models();
      const rows = await ask<{ hash: Buffer; scale: number; vector: Buffer }>(
        `SELECT hash, scale, vector FROM vectors v WHERE model = $1 AND hash = ANY($3) AND ($2::text[] IS NULL OR EXISTS
           (SELECT FROM chunks c JOIN documents d ON d.key = c.doc WHERE c.hash = v.hash AND d.collection = ANY($2)))`,
        [current?.id ?? 0, only ?? null, hashes.map((hash) => Buffer.from(hash, 'hex'))],
      );
      return new Map(
        rows.map(({ hash, scale, vector }) => [hash.toString('hex'), restore({ scale, values: int8Of(vector) })]),
      );
    },
    ...found,
    async termStats(terms) {
      const { chunks } = await sums(ask, only);
      const known = await lookUp(ask, terms, only);
      return { chunks, df: new Map(terms.map((term) => [term, known.get(term)?.df ?? 0])) };
    },
    async termsFrom(prefix, limit) {
      const rows = await ask<{ term: string; df: number }>(
        `SELECT term, df FROM (SELECT t.term, ${only === undefined ? 't.df' : DF_WITHIN} AS df FROM terms t
           WHERE t.term >= $1 AND starts_with(t.term, $1) AND ($2::text[] IS NULL OR t.df > 0)) AS known
         WHERE df > 0 ORDER BY df DESC, term LIMIT $3`,
        [prefix, only ?? null, limit],
      );
      return new Map(rows.map(({ term, df }) => [term, df]));
    },
    async onShelf() {
      if ((await models()).shelf === undefined)
        throw new RagError('not_found', 'no other model is kept in this home', {
          hint: 'rag model use ID builds one beside the present one',
          zhHint: 'rag model use ID 会在现有模型旁建立另一个',
          zh: '此库中没有保留其他模型的向量',
        });
      return readSide(ask, points, role === 'current' ? 'shelf' : 'current', async () => {}, only);
    },
    async onlyIn(collections) {
      const wanted = only === undefined ? collections : collections.filter((one) => only.includes(one));
      return readSide(ask, points, role, async () => {}, wanted);
    },
    check: () => check(ask, points),
    close,
  };
}

interface Condition {
  sql: string;
  values: unknown[];
}

/** On documents `d` and on the ledger `l`. */
export interface StampsWhere {
  documents: Condition;
  ledger: Condition;
}

const ALL: StampsWhere = { documents: { sql: 'true', values: [] }, ledger: { sql: 'true', values: [] } };

/** Documents of these collections; of files that gave none, those with a name of theirs. */
function inCollections(collections: string[]): StampsWhere {
  const live = `SELECT d.collection = ANY($1) FROM documents d WHERE d.source = l.source AND ${LIVE}`;
  const named = 'EXISTS (SELECT FROM unnest($2::text[]) AS space WHERE starts_with(l.source, space))';
  return {
    documents: { sql: 'd.collection = ANY($1)', values: [collections] },
    ledger: { sql: `coalesce((${live}), ${named})`, values: [collections, collections.map(spaceOf)] },
  };
}

export async function readStamps(ask: Ask, { documents, ledger }: StampsWhere): Promise<Map<string, Stamp>> {
  const stamps = new Map<string, Stamp>();
  const rows = await ask<DocumentRow>(
    `SELECT source, bytes, mtime, sha256, collection, tags FROM documents d WHERE ${LIVE} AND ${documents.sql}`,
    documents.values,
  );
  for (const { source, bytes, mtime, sha256, collection, tags } of rows)
    stamps.set(source, { bytes, mtimeMs: mtime, sha256, document: true, collection, tags });
  const failures = await ask<{
    source: string;
    bytes: number;
    mtime: number;
    sha256: string;
    status: NonNullable<Stamp['problem']>['status'] | typeof CONTAINER;
    code: NonNullable<Stamp['problem']>['code'];
    reason: string;
    version: string;
  }>(`SELECT l.* FROM ledger l WHERE ${ledger.sql} ORDER BY l.source`, ledger.values);
  for (const { source, bytes, mtime, sha256, status, ...problem } of failures) {
    const known = stamps.get(source);
    const stamp = { bytes, mtimeMs: mtime, sha256, document: known !== undefined };
    const what = status === CONTAINER ? { container: true as const } : { problem: { ...problem, status } };
    stamps.set(source, { collection: known?.collection ?? '', tags: known?.tags ?? {}, ...stamp, ...what });
  }
  return stamps;
}
