import type { Chunk, Document, Filter, Locator, Problem } from '../../types.ts';
import type { Database } from './schema.ts';
import type { Change } from './segments/change.ts';
import { SLOT_OF } from './slots.ts';

export interface DocumentRow {
  key: number;
  id: string;
  source: string;
  title: string;
  type: string;
  bytes: number;
  sha256: string;
  mtime: number;
  pages: number | null;
  collection: string;
  tags: string;
  status: string;
  problem: string | null;
  chunks: number;
  since: string;
  until: string | null;
  sections: string;
}

export interface ChunkRow {
  key: number;
  position: number;
  start: number;
  end: number;
  context: string;
  locator: string;
  text: string;
}

export const LIVE = 'since IS NOT NULL AND until IS NULL';
/** The ledger's word for an archive that was read: no problem, and no document. */
export const CONTAINER = 'container';

export function toDocument(row: DocumentRow): Document {
  return {
    id: row.id,
    source: row.source,
    title: row.title,
    type: row.type,
    bytes: row.bytes,
    sha256: row.sha256,
    mtimeMs: row.mtime,
    ...(row.pages === null ? {} : { pages: row.pages }),
    collection: row.collection,
    tags: JSON.parse(row.tags) as Record<string, string>,
    ingested: row.since,
    status: row.status as Document['status'],
    ...(row.problem === null ? {} : { problem: JSON.parse(row.problem) as Problem }),
    sections: JSON.parse(row.sections) as Document['sections'],
  };
}

export function toChunk(document: string, row: ChunkRow): Omit<Chunk, 'terms'> {
  return {
    id: `${document}:${row.position}`,
    document,
    position: row.position,
    start: row.start,
    end: row.end,
    text: row.text,
    context: row.context,
    locator: JSON.parse(row.locator) as Locator,
  };
}

/** Inserts and removes document versions; every function runs inside the caller's transaction. */
export function documentWriter(db: Database, hashOf: (chunk: Pick<Chunk, 'context' | 'text'>) => Buffer) {
  const insertDocument = db.prepare(
    `INSERT INTO documents (id, source, title, type, bytes, sha256, mtime, pages, collection, tags, status, problem, chunks, since, until, sections)
     VALUES (@id, @source, @title, @type, @bytes, @sha256, @mtime, @pages, @collection, @tags, @status, @problem, 0, NULL, NULL, '[]')`,
  );
  const complete = db.prepare(
    `UPDATE documents SET title = @title, pages = @pages, status = @status, problem = @problem, sections = @sections,
     since = @since, chunks = @chunks WHERE key = @key`,
  );
  const current = db.prepare(`SELECT key, chunks, bytes FROM documents WHERE source = ? AND ${LIVE}`);
  const supersede = db.prepare('UPDATE documents SET until = ? WHERE key = ?');
  const insertChunk = db.prepare(
    'INSERT INTO chunks (key, doc, position, start, end, hash, context, locator, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertRun = db.prepare('INSERT INTO runs (first, last, doc) VALUES (?, ?, ?)');
  const runsOf = db.prepare('SELECT first, last FROM runs WHERE doc = ? ORDER BY first');
  const lastKey = db.prepare('SELECT last FROM runs ORDER BY first DESC LIMIT 1').pluck();
  const slotOf = db.prepare(SLOT_OF).pluck();
  const embed = db.prepare('INSERT INTO embedded (chunk, slot) VALUES (?, ?)');
  const embeddedIn = db.prepare('SELECT count(*) FROM embedded WHERE chunk BETWEEN ? AND ?').pluck();
  const wait = db.prepare('INSERT INTO pending (hash, chunk) VALUES (?, ?)');
  const forget = db.prepare('DELETE FROM ledger WHERE source = ?');

  const row = (document: Document) => ({
    id: document.id,
    source: document.source,
    title: document.title,
    type: document.type,
    bytes: document.bytes,
    sha256: document.sha256,
    mtime: document.mtimeMs,
    pages: document.pages ?? null,
    collection: document.collection,
    tags: JSON.stringify(document.tags),
    status: document.status,
    problem: document.problem === undefined ? null : JSON.stringify(document.problem),
  });
  const runs = (doc: number) => runsOf.all(doc) as { first: number; last: number }[];
  const embeddedOf = (doc: number) =>
    runs(doc).reduce((sum, { first, last }) => sum + (embeddedIn.get(first, last) as number), 0);

  /** The version that is current goes; false if there is none. */
  function retire(change: Change, source: string, until: string): boolean {
    const old = current.get(source) as { key: number; chunks: number; bytes: number } | undefined;
    if (old === undefined) return false;
    supersede.run(until, old.key);
    for (const { first, last } of runs(old.key)) change.hide(first, last);
    const { counts } = change.manifest;
    counts.documents--;
    counts.versions++;
    counts.chunks -= old.chunks;
    counts.bytes -= old.bytes;
    counts.embedded -= embeddedOf(old.key);
    return true;
  }

  return {
    /** An invisible document row; returns its key. */
    begin(document: Document): number {
      return Number(insertDocument.run(row(document)).lastInsertRowid);
    },
    /** Chunks get consecutive keys; texts embedded before keep their vectors. `draft`: nobody may see them yet. */
    add(change: Change, doc: number, chunks: Chunk[], draft: boolean): void {
      if (chunks.length === 0) return;
      const first = ((lastKey.get() as number | undefined) ?? 0) + 1;
      let key = first;
      for (const chunk of chunks) {
        const hash = hashOf(chunk);
        const locator = JSON.stringify(chunk.locator);
        insertChunk.run(key, doc, chunk.position, chunk.start, chunk.end, hash, chunk.context, locator, chunk.text);
        const slot = slotOf.get(hash, hash) as number | undefined;
        if (slot === undefined) wait.run(hash, key);
        else {
          embed.run(key, slot);
          change.link(key, slot);
        }
        change.segment.chunk(key, doc, chunk, chunk.terms);
        key++;
      }
      insertRun.run(first, key - 1, doc);
      if (draft) change.hide(first, key - 1);
    },
    /** The visible moment: the old version goes and the new one comes in the same transaction. */
    finish(change: Change, key: number, document: Document, draft: boolean): void {
      retire(change, document.source, document.ingested);
      forget.run(document.source);
      const own = runs(key);
      const chunks = own.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      complete.run({
        key,
        title: document.title,
        pages: document.pages ?? null,
        status: document.status,
        problem: document.problem === undefined ? null : JSON.stringify(document.problem),
        sections: JSON.stringify(document.sections),
        since: document.ingested,
        chunks,
      });
      change.segment.document(key, document, draft);
      if (draft) for (const { first, last } of own) change.show(first, last);
      const { counts } = change.manifest;
      counts.documents++;
      counts.chunks += chunks;
      counts.bytes += document.bytes;
      if (change.manifest.vectors !== undefined) counts.embedded += embeddedOf(key);
    },
    remove(change: Change, source: string, now: string): boolean {
      forget.run(source);
      return retire(change, source, now);
    },
  };
}

/** SQL over `documents` for what a filter says about whole documents, globs excepted. */
export function filterSql(filter: Filter | undefined): { where: string; values: unknown[] } {
  const where: string[] = [];
  const values: unknown[] = [];
  const and = (sql: string, ...bound: unknown[]) => {
    where.push(sql);
    values.push(...bound);
  };
  if (filter?.asOf === undefined) and(LIVE);
  else and('since IS NOT NULL AND since <= ? AND (until IS NULL OR until > ?)', filter.asOf, filter.asOf);
  // `code` means all of `code:python`, `code:go`, …; so does the language alone.
  if (filter?.type?.length) {
    const one = "type = ? OR type LIKE ? || ':%' OR type LIKE '%:' || ?";
    and(`(${filter.type.map(() => one).join(' OR ')})`, ...filter.type.flatMap((type) => [type, type, type]));
  }
  if (filter?.collection !== undefined) and('collection = ?', filter.collection);
  if (filter?.collections !== undefined)
    and(`collection IN (${filter.collections.map(() => '?').join(', ')})`, ...filter.collections);
  if (filter?.since !== undefined) and('mtime >= ?', Date.parse(filter.since));
  if (filter?.until !== undefined) and('mtime <= ?', Date.parse(filter.until));
  for (const [key, value] of Object.entries(filter?.tags ?? {}))
    and('json_extract(tags, ?) = ?', `$.${JSON.stringify(key)}`, value);
  return { where: where.join(' AND '), values };
}

/** The chunk `c` with an id. */
export const BY_ID = `c.position = ? AND c.doc = (SELECT key FROM documents
   WHERE id = ? AND since IS NOT NULL ORDER BY until IS NOT NULL, since DESC LIMIT 1)`;

/** What `BY_ID` binds. */
export function parts(id: string): [number, string] {
  const colon = id.lastIndexOf(':');
  return [Number(id.slice(colon + 1)), id.slice(0, colon)];
}
