import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type DatabaseClass from 'better-sqlite3';
import { RagError } from '../../errors.ts';

export type Database = DatabaseClass.Database;

/** Of the files in `.rag/`. Raised when the tables change; migrate.ts then says how to get there. */
export const FORMAT = 5;

const TABLES = `
-- One row: what makes the home at this moment, the files in index/ included. The file index/manifest is a copy of it.
CREATE TABLE manifest (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);

-- One row a version. 'since' is null while a large document is still being written, 'until' is set when superseded.
CREATE TABLE documents (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL,
  bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, mtime REAL NOT NULL, pages INTEGER, collection TEXT NOT NULL,
  tags TEXT NOT NULL, status TEXT NOT NULL, problem TEXT, chunks INTEGER NOT NULL DEFAULT 0,
  since TEXT, until TEXT, sections TEXT NOT NULL);
CREATE UNIQUE INDEX documents_live ON documents (source) WHERE since IS NOT NULL AND until IS NULL;
CREATE INDEX documents_id ON documents (id);
CREATE INDEX documents_sha ON documents (sha256);
CREATE INDEX documents_dead ON documents (until) WHERE since IS NULL OR until IS NOT NULL;

CREATE TABLE chunks (
  key INTEGER PRIMARY KEY, doc INTEGER NOT NULL, position INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  hash BLOB NOT NULL, context TEXT NOT NULL, locator TEXT NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX chunks_doc ON chunks (doc, position);
-- The chunk keys of a document: one run for most, several for one that was written in pieces. doc = 0: removed; its keys
-- are not given out again.
CREATE TABLE runs (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, doc INTEGER NOT NULL);
CREATE INDEX runs_doc ON runs (doc);

CREATE TABLE slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
-- Those that came last: see slots.ts.
CREATE TABLE recent_slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE embedded (chunk INTEGER PRIMARY KEY, slot INTEGER NOT NULL);
-- By chunk, so that a commit touches pages at the end only; waiting.ts finds them by hash.
CREATE TABLE pending (chunk INTEGER PRIMARY KEY, hash BLOB NOT NULL);
-- Which runtime made the vectors first … first + count - 1.
CREATE TABLE batches (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, runtime TEXT NOT NULL);
-- Documents whose record in the files is out of date.
CREATE TABLE relabelled (doc INTEGER PRIMARY KEY);

CREATE TABLE ledger (source TEXT PRIMARY KEY, bytes INTEGER NOT NULL, mtime REAL NOT NULL, sha256 TEXT NOT NULL,
  status TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, version TEXT NOT NULL) WITHOUT ROWID;
`;

/** `source`: a path, or the bytes of a database on a read-only disk. */
export function openDatabase(source: string | Buffer, options: { readonly?: boolean } = {}): Database {
  const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof DatabaseClass;
  return new Sqlite(source, options);
}

export function format(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

export function create(db: Database): void {
  db.pragma('page_size = 16384');
  db.pragma('journal_mode = WAL');
  db.transaction(() => {
    if (format(db) !== 0) return;
    db.exec(TABLES);
    db.pragma(`user_version = ${FORMAT}`);
  })();
}

/** Refuses a home of a newer format; says what to do with an older one that was opened for reading. */
export function checkFormat(db: Database, file: string): void {
  const found = format(db);
  if (found > FORMAT)
    throw new RagError('config', `${dirname(file)} has format ${found}; this rag knows formats up to ${FORMAT}`, {
      hint: 'upgrade rag, or use another --home',
      zhHint: '请升级 rag，或换一个 --home',
      zh: `${dirname(file)} 的格式为 ${found}，此版本的 rag 只认识到格式 ${FORMAT}`,
    });
}
