import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { writeManifest } from '../../src/store/sqlite/segments/manifest.ts';
import { embeddingText } from '../../src/text/chunk.ts';
import { axis, documentOf, sha256 } from './store.ts';

/** The tables of format 2, in which postings and vectors lay in SQLite. */
const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL,
  bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, mtime REAL NOT NULL, pages INTEGER, collection TEXT NOT NULL,
  tags TEXT NOT NULL, status TEXT NOT NULL, problem TEXT, chunks INTEGER NOT NULL DEFAULT 0,
  since TEXT, until TEXT, sections TEXT NOT NULL);
CREATE UNIQUE INDEX documents_live ON documents (source) WHERE since IS NOT NULL AND until IS NULL;
CREATE INDEX documents_sums ON documents (chunks, bytes) WHERE since IS NOT NULL AND until IS NULL;
CREATE INDEX documents_id ON documents (id);
CREATE INDEX documents_sha ON documents (sha256);
CREATE INDEX documents_dead ON documents (until) WHERE since IS NULL OR until IS NOT NULL;
CREATE TABLE chunks (
  key INTEGER PRIMARY KEY, doc INTEGER NOT NULL, position INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  hash BLOB NOT NULL, context TEXT NOT NULL, locator TEXT NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX chunks_doc ON chunks (doc, position);
CREATE TABLE runs (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, doc INTEGER NOT NULL);
CREATE INDEX runs_doc ON runs (doc);
CREATE TABLE segments (id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE postings (segment INTEGER NOT NULL, term TEXT NOT NULL, df INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (segment, term)) WITHOUT ROWID;
CREATE TABLE slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE embedded (chunk INTEGER PRIMARY KEY, slot INTEGER NOT NULL);
CREATE TABLE pending (hash BLOB NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (hash, chunk)) WITHOUT ROWID;
CREATE TABLE blocks (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, runtime TEXT NOT NULL,
  scales BLOB NOT NULL, vectors BLOB NOT NULL);
CREATE TABLE ledger (source TEXT PRIMARY KEY, bytes INTEGER NOT NULL, mtime REAL NOT NULL, sha256 TEXT NOT NULL,
  status TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, version TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * A home as format 2 left it: a document `old.txt` of one passage "old walrus" that was superseded by "new walrus", and
 * `b.txt` with "penguin"; passages of the first two have the vectors `axis(0)` and `axis(1)` of 16 dimensions, with a gap
 * of one slot between them. `version` 1 had no ledger.
 */
export function writeFormat2(dir: string, version: 1 | 2 = 2): void {
  mkdirSync(dir, { recursive: true });
  const db = new Database(join(dir, 'rag.db'));
  db.pragma('journal_mode = WAL');
  db.exec(TABLES);
  const facts = { tokenizer: '1', icu: process.versions.icu, model: 'm', dimensions: '16' };
  for (const fact of Object.entries(facts)) db.prepare('INSERT INTO meta VALUES (?, ?)').run(...fact);
  const versions = [
    { ...documentOf('old.txt', ['old walrus']), since: '2026-01-01T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' },
    { ...documentOf('old.txt', ['new walrus']), since: '2026-02-01T00:00:00.000Z', until: null },
    { ...documentOf('b.txt', ['penguin']), since: '2026-02-01T00:00:00.000Z', until: null },
  ];
  versions.forEach(({ document, chunks, since, until }, i) => {
    const key = i + 1;
    db.prepare(
      `INSERT INTO documents VALUES (?, ?, ?, ?, 'text', ?, ?, ?, NULL, 'default', '{}', 'ok', NULL, 1, ?, ?, ?)`,
    ).run(
      ...[key, document.id, document.source, document.title, document.bytes, document.sha256, document.mtimeMs],
      ...[since, until, JSON.stringify(document.sections)],
    );
    const chunk = chunks[0]!;
    const hash = Buffer.from(sha256(embeddingText(chunk)), 'hex');
    db.prepare(`INSERT INTO chunks VALUES (?, ?, 0, 0, ?, ?, '', '{"line":1}', ?)`).run(
      ...[key, key, chunk.end, hash, chunk.text],
    );
    db.prepare('INSERT INTO runs VALUES (?, ?, ?)').run(key, key, key);
    if (i === 2) db.prepare('INSERT INTO pending VALUES (?, ?)').run(hash, key);
    else {
      const slot = 2 * i;
      db.prepare('INSERT INTO slots VALUES (?, ?)').run(hash, slot);
      db.prepare('INSERT INTO embedded VALUES (?, ?)').run(key, slot);
      const row = Int8Array.from(axis(i), (value) => Math.round(value * 127));
      const scale = Buffer.from(Float32Array.of(1 / 127).buffer);
      db.prepare('INSERT INTO blocks VALUES (?, 1, ?, ?, ?)').run(slot, 'test', scale, Buffer.from(row.buffer));
    }
  });
  if (version === 1) db.exec('DROP TABLE ledger');
  db.pragma(`user_version = ${version}`);
  db.close();
}

/** Changes what a home says it was made with, as another version of rag would have left it. */
export function alterManifest(dir: string, change: (manifest: Record<string, unknown>) => void): void {
  const db = new Database(join(dir, 'rag.db'));
  const manifest = JSON.parse(db.prepare('SELECT body FROM manifest').pluck().get() as string);
  change(manifest);
  // Another commit: readers have the copy of it.
  manifest.commit++;
  db.prepare('UPDATE manifest SET body = ?').run(JSON.stringify(manifest));
  db.close();
  writeManifest(join(dir, 'index'), manifest);
}
