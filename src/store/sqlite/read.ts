import { TOKENIZER_VERSION } from '../../text/tokenize.ts';
import type { Document, Filter, Problem } from '../../types.ts';
import type { Fingerprint, Passage, Score, Stamp, StoreReader } from '../store.ts';
import type { Access } from './access.ts';
import { check } from './check.ts';
import { BY_ID, type ChunkRow, CONTAINER, type DocumentRow, LIVE, parts, toChunk, toDocument } from './documents.ts';
import { type Database, FORMAT } from './schema.ts';
import { type ChunkEntry, chunkOf, documentOf } from './segments/passages.ts';
import type { Ranges } from './segments/ranges.ts';
import { shelfAccess } from './shelf.ts';
import { SLOT_OF } from './slots.ts';

const CHUNK = 'c.key, c.position, c.start, c.end, c.context, c.locator, c.text';
/** Reading, for readers and the writer. Searching asks the files alone, unless a filter or an id that no search gave is in play. */
export function readSide(access: Access): StoreReader {
  const manifest = () => access.snapshot().manifest;
  /** Both legs of a search, and most questions of a batch or a chat, have the same filter. */
  let lastFilter: { key: string; ranges: Ranges } | undefined;

  async function allowed(filter: Filter | undefined): Promise<Ranges | undefined> {
    if (filter === undefined) return undefined;
    const db = access.db();
    const key = `${manifest().commit} ${JSON.stringify(filter)}`;
    if (lastFilter?.key === key) return lastFilter.ranges;
    // Its globs bring a library along, which the plain search need not load.
    const { filterRanges } = await import('./visible.ts');
    lastFilter = { key, ranges: filterRanges(db, filter) };
    return lastFilter.ranges;
  }

  function keyOf(id: string): number | undefined {
    const known = access.finder().named.get(id);
    if (known !== undefined) return known.key;
    return access
      .db()
      .prepare(`SELECT c.key FROM chunks c WHERE ${BY_ID}`)
      .pluck()
      .get(...parts(id)) as number | undefined;
  }

  /** From the files, where a search has just named the chunk and its document's record is up to date. */
  function passageOf(entry: ChunkEntry, documents: Map<number, Document>): Passage {
    const snapshot = access.snapshot();
    let document = documents.get(entry.document);
    if (document === undefined) documents.set(entry.document, (document = documentOf(snapshot, entry)));
    return { chunk: chunkOf(snapshot, entry), document };
  }

  return {
    async fingerprint(): Promise<Fingerprint> {
      const { tokenizer, icu, model, dimensions, runtimes, shelf } = manifest();
      return {
        format: FORMAT,
        tokenizer: tokenizer || TOKENIZER_VERSION,
        icu: icu || (process.versions.icu ?? ''),
        ...(model === undefined ? {} : { model }),
        ...(model === undefined || dimensions === undefined ? {} : { dimensions }),
        runtimes,
        ...(shelf === undefined ? {} : { shelf: { model: shelf.model, embedded: shelf.embedded } }),
      };
    },
    async coverage() {
      return manifest().counts;
    },
    async stamps() {
      return readStamps(access.db());
    },
    async find(source, asOf) {
      const at = asOf === undefined ? `${LIVE}` : 'since <= @asOf AND (until IS NULL OR until > @asOf)';
      const row = access.db().prepare(`SELECT * FROM documents WHERE source = @source AND ${at}`).get({ source, asOf });
      return row === undefined ? undefined : toDocument(row as DocumentRow);
    },
    async *documents(filter) {
      const db = access.db();
      const select = db.prepare('SELECT * FROM documents WHERE key = ?');
      const { matching } = await import('./visible.ts');
      for (const key of matching(db, filter)) yield toDocument(select.get(key) as DocumentRow);
    },
    async chunkCount(document) {
      const count = access
        .db()
        .prepare('SELECT chunks FROM documents WHERE id = ? AND since IS NOT NULL ORDER BY key DESC')
        .pluck()
        .get(document.id);
      return (count as number | undefined) ?? 0;
    },
    async *text(document) {
      const db = access.db();
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
    async *chunks(document) {
      const db = access.db();
      const key = db
        .prepare('SELECT max(key) FROM documents WHERE id = ? AND since IS NOT NULL')
        .pluck()
        .get(document.id);
      const page = db.prepare(
        `SELECT ${CHUNK} FROM chunks c WHERE c.doc = ? AND c.position >= ? ORDER BY c.position LIMIT 64`,
      );
      for (let position = 0; ; position += 64) {
        const rows = page.all(key, position) as ChunkRow[];
        for (const row of rows) yield toChunk(document.id, row);
        if (rows.length < 64) return;
      }
    },
    async vectors(hashes) {
      const slotOf = access.db().prepare(SLOT_OF).pluck();
      const known = hashes.flatMap((hash) => {
        const key = Buffer.from(hash, 'hex');
        const slot = slotOf.get(key, key) as number | undefined;
        return slot === undefined ? [] : [{ hash, slot }];
      });
      const values = access.snapshot().vectors?.read(known.map(({ slot }) => slot)) ?? [];
      return new Map(known.map(({ hash }, i) => [hash, values[i]!]));
    },
    async read(ids) {
      const found = new Map<string, Passage>();
      const documents = new Map<number, Document>();
      const { named } = access.finder();
      const current = manifest().relabelled === 0;
      for (const id of ids) {
        const entry = current ? named.get(id) : undefined;
        const passage = entry === undefined ? readPassage(access.db(), id, documents) : passageOf(entry, documents);
        if (passage !== undefined) found.set(id, passage);
      }
      return found;
    },
    async searchText(query, limit, filter) {
      const ranges = await allowed(filter);
      return access.finder().searchText(query, limit, ranges);
    },
    async searchVector(vector, limit, filter) {
      const ranges = await allowed(filter);
      return access.finder().searchVector(vector, limit, ranges);
    },
    async score(ids, query, vector) {
      const keys = new Map<number, string>();
      for (const id of ids) {
        const key = keyOf(id);
        if (key !== undefined) keys.set(key, id);
      }
      const scores = new Map<string, Score>();
      for (const [key, score] of access.finder().score([...keys.keys()], query, vector))
        scores.set(keys.get(key)!, score);
      return scores;
    },
    async termStats(terms) {
      return access.finder().termStats(terms);
    },
    async onShelf() {
      return readSide(shelfAccess(access));
    },
    onlyIn: async (collections) => (await import('./within.ts')).within(access, readSide(access), collections),
    async termsFrom(prefix, limit) {
      return access.finder().termsFrom(prefix, limit);
    },
    async check() {
      return check(access);
    },
    async close() {
      access.close();
    },
  };
}

function readPassage(db: Database, id: string, documents: Map<number, Document>): Passage | undefined {
  const row = db.prepare(`SELECT ${CHUNK}, c.doc FROM chunks c WHERE ${BY_ID}`).get(...parts(id)) as
    | (ChunkRow & { doc: number })
    | undefined;
  if (row === undefined) return undefined;
  let document = documents.get(row.doc);
  if (document === undefined) {
    document = toDocument(db.prepare('SELECT * FROM documents WHERE key = ?').get(row.doc) as DocumentRow);
    documents.set(row.doc, document);
  }
  return { chunk: toChunk(document.id, row), document };
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
