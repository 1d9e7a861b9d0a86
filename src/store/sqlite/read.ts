import { TOKENIZER_VERSION } from '../../text/tokenize.ts';
import type { Document, Filter, Hit, LexicalQuery, Problem } from '../../types.ts';
import type { Coverage, Fingerprint, Passage, Score, Stamp, StoreReader } from '../store.ts';
import { type ChunkRow, CONTAINER, type DocumentRow, LIVE, toChunk, toDocument } from './documents.ts';
import { documentFrequencies, evaluate, type Scores } from './lexical.ts';
import { type Database, FORMAT } from './schema.ts';
import { cosines } from './vectors.ts';
import { filterMask, liveMask, type Mask, matching } from './visible.ts';

const CHUNK = 'c.key, c.position, c.start, c.end, c.context, c.locator, c.text';

/**
 * Reading, for readers and the writer. `snapshot`: what is read cannot change under us, so masks and scores are kept.
 */
export function readSide(db: Database, snapshot: boolean): StoreReader {
  const meta = db.prepare('SELECT value FROM meta WHERE key = ?').pluck();
  const value = (key: string) => meta.get(key) as string | undefined;
  const keep = <T>(make: () => T): (() => T) => {
    let kept: T | undefined;
    return () => (snapshot ? (kept ??= make()) : make());
  };
  const live = keep(() => liveMask(db));
  const chunkCount = keep(
    () => db.prepare(`SELECT coalesce(sum(chunks), 0) FROM documents WHERE ${LIVE}`).pluck().get() as number,
  );
  const lexical = new WeakMap<LexicalQuery, Scores>();
  const cosine = new WeakMap<Float32Array, Float32Array>();
  const scoresOf = (query: LexicalQuery) => {
    const make = () => evaluate(db, query, chunkCount(), live());
    return snapshot ? remember(lexical, query, make) : make();
  };
  const cosinesOf = (vector: Float32Array) => {
    const make = () => cosines(db, vector);
    return snapshot ? remember(cosine, vector, make) : make();
  };
  const mask = (filter?: Filter) => (filter === undefined ? live() : filterMask(db, filter));
  const slotOf = db.prepare('SELECT slot FROM embedded WHERE chunk = ?').pluck();
  const idOf = db
    .prepare("SELECT d.id || ':' || c.position FROM chunks c JOIN documents d ON d.key = c.doc WHERE c.key = ?")
    .pluck();
  const byIdWhere = `c.position = ? AND c.doc = (SELECT key FROM documents
     WHERE id = ? AND since IS NOT NULL ORDER BY until IS NOT NULL, since DESC LIMIT 1)`;
  const byId = db.prepare(`SELECT ${CHUNK}, c.doc FROM chunks c WHERE ${byIdWhere}`);
  const keyById = db.prepare(`SELECT c.key FROM chunks c WHERE ${byIdWhere}`).pluck();
  const byIdArguments = (id: string) => [Number(id.slice(id.lastIndexOf(':') + 1)), id.slice(0, id.lastIndexOf(':'))];
  const chunkOf = (id: string) => byId.get(...byIdArguments(id)) as (ChunkRow & { doc: number }) | undefined;
  const keyOf = (id: string) => keyById.get(...byIdArguments(id)) as number | undefined;
  const countOf = db
    .prepare('SELECT chunks FROM documents WHERE id = ? AND since IS NOT NULL ORDER BY key DESC')
    .pluck();
  const hits = (found: { key: number; score: number }[], limit: number): Hit[] =>
    rank(found, limit, (key) => idOf.get(key) as string);

  return {
    async fingerprint(): Promise<Fingerprint> {
      const runtimes = db.prepare('SELECT runtime, sum(count) AS n FROM blocks GROUP BY runtime').all();
      const model = value('model');
      return {
        format: FORMAT,
        tokenizer: Number(value('tokenizer') ?? TOKENIZER_VERSION),
        icu: value('icu') ?? process.versions.icu ?? '',
        ...(model === undefined ? {} : { model, dimensions: Number(value('dimensions')) }),
        runtimes: Object.fromEntries((runtimes as { runtime: string; n: number }[]).map((row) => [row.runtime, row.n])),
      };
    },
    async coverage(): Promise<Coverage> {
      const total = db
        .prepare(
          `SELECT count(*) AS documents, coalesce(sum(chunks), 0) AS chunks, coalesce(sum(bytes), 0) AS bytes
           FROM documents WHERE ${LIVE}`,
        )
        .get() as { documents: number; chunks: number; bytes: number };
      const versions = db.prepare('SELECT count(*) FROM documents WHERE until IS NOT NULL').pluck().get() as number;
      return { ...total, embedded: countEmbedded(db, live()), versions };
    },
    async stamps() {
      return readStamps(db);
    },
    async find(source, asOf) {
      const at = asOf === undefined ? `${LIVE}` : 'since <= @asOf AND (until IS NULL OR until > @asOf)';
      const row = db.prepare(`SELECT * FROM documents WHERE source = @source AND ${at}`).get({ source, asOf });
      return row === undefined ? undefined : toDocument(row as DocumentRow);
    },
    async *documents(filter) {
      const select = db.prepare('SELECT * FROM documents WHERE key = ?');
      for (const key of matching(db, filter)) yield toDocument(select.get(key) as DocumentRow);
    },
    async chunkCount(document) {
      return (countOf.get(document.id) as number | undefined) ?? 0;
    },
    async *text(document) {
      const key = db
        .prepare('SELECT max(key) FROM documents WHERE id = ? AND since IS NOT NULL')
        .pluck()
        .get(document.id);
      const page = db
        .prepare('SELECT text FROM chunks WHERE doc = ? AND position >= ? ORDER BY position LIMIT 64')
        .pluck();
      for (let position = 0; ; position += 64) {
        const texts = page.all(key, position) as string[];
        yield* texts;
        if (texts.length < 64) return;
      }
    },
    async read(ids) {
      const found = new Map<string, Passage>();
      const documents = new Map<number, Document>();
      const select = db.prepare('SELECT * FROM documents WHERE key = ?');
      for (const id of ids) {
        const row = chunkOf(id);
        if (row === undefined) continue;
        const document = remember(documents, row.doc, () => toDocument(select.get(row.doc) as DocumentRow));
        found.set(id, { chunk: toChunk(document.id, row), document });
      }
      return found;
    },
    async searchText(query, limit, filter) {
      const { keys, bm25 } = scoresOf(query);
      const allowed = mask(filter);
      const passing = keys.filter((key) => allowed[key] === 1);
      return hits(
        passing.map((key) => ({ key, score: bm25[key]! })),
        limit,
      );
    },
    async searchVector(vector, limit, filter) {
      const bySlot = cosinesOf(vector);
      const allowed = mask(filter);
      const found: { key: number; score: number }[] = [];
      for (const [chunk, slot] of embeddedPairs(db))
        if (allowed[chunk] === 1) found.push({ key: chunk, score: bySlot[slot]! });
      return hits(found, limit);
    },
    async score(ids, query, vector) {
      const { bm25, allows } = scoresOf(query);
      const bySlot = vector === undefined ? undefined : cosinesOf(vector);
      const scores = new Map<string, Score>();
      for (const id of ids) {
        const key = keyOf(id);
        if (key === undefined) continue;
        const slot = bySlot && (slotOf.get(key) as number | undefined);
        const score: Score = { bm25: bm25[key] ?? 0 };
        if (slot !== undefined) score.cosine = bySlot![slot]!;
        if (!allows(key)) score.excluded = true;
        scores.set(id, score);
      }
      return scores;
    },
    async termStats(terms) {
      return { chunks: chunkCount(), df: documentFrequencies(db, terms, live()) };
    },
    async check() {
      const answers = db.pragma('quick_check(5)', { simple: false }) as { quick_check: string }[];
      return answers.map((answer) => answer.quick_check).filter((answer) => answer !== 'ok');
    },
    async close() {
      db.close();
    },
  };
}

function embeddedPairs(db: Database): IterableIterator<[number, number]> {
  return db.prepare('SELECT chunk, slot FROM embedded').raw().iterate() as IterableIterator<[number, number]>;
}

function countEmbedded(db: Database, live: Mask): number {
  let count = 0;
  for (const [chunk] of embeddedPairs(db)) count += live[chunk] ?? 0;
  return count;
}

/** Best first; equal scores by id, so that the order does not depend on when a file was read. */
function rank(found: { key: number; score: number }[], limit: number, idOf: (key: number) => string): Hit[] {
  found.sort((a, b) => b.score - a.score);
  let end = Math.min(limit, found.length);
  while (end > 0 && end < found.length && found[end]!.score === found[end - 1]!.score) end++;
  const named = found.slice(0, end).map(({ key, score }) => ({ chunk: idOf(key), score }));
  named.sort((a, b) => b.score - a.score || (a.chunk < b.chunk ? -1 : 1));
  return named.slice(0, limit);
}

function readStamps(db: Database): Map<string, Stamp> {
  const stamps = new Map<string, Stamp>();
  const rows = db
    .prepare(`SELECT source, bytes, mtime, sha256, collection, tags FROM documents WHERE ${LIVE}`)
    .all() as DocumentRow[];
  for (const { source, bytes, mtime, sha256, collection, tags } of rows)
    stamps.set(source, { bytes, mtimeMs: mtime, sha256, document: true, collection, tags: JSON.parse(tags) });
  const failures = db.prepare('SELECT * FROM ledger').all() as {
    source: string;
    bytes: number;
    mtime: number;
    sha256: string;
    status: 'skipped' | 'partial' | 'failed' | typeof CONTAINER;
    code: Problem['code'];
    reason: string;
    version: string;
  }[];
  for (const { source, bytes, mtime, sha256, status, ...problem } of failures) {
    const known = stamps.get(source);
    const stamp = { bytes, mtimeMs: mtime, sha256, document: known !== undefined };
    const what = status === CONTAINER ? { container: true as const } : { problem: { ...problem, status } };
    stamps.set(source, { collection: known?.collection ?? '', tags: known?.tags ?? {}, ...stamp, ...what });
  }
  return stamps;
}

function remember<K, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
