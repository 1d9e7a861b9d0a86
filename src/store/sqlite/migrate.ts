import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RagError } from '../../errors.ts';
import { EMPTY, manifestRow } from './access.ts';
import { rebuild } from './maintain.ts';
import { create, type Database, FORMAT, format } from './schema.ts';
import { beginChange } from './segments/change.ts';
import type { Manifest } from './segments/format.ts';
import { openKernel } from './segments/kernel.ts';
import { adoptBlocks } from './vectorstore.ts';

const byChunk = (table: string): string =>
  `CREATE TABLE IF NOT EXISTS ${table} (hash BLOB NOT NULL, chunk INTEGER NOT NULL);
   CREATE TABLE by_chunk (chunk INTEGER PRIMARY KEY, hash BLOB NOT NULL);
   INSERT INTO by_chunk SELECT chunk, hash FROM ${table} ORDER BY chunk;
   DROP TABLE ${table}; ALTER TABLE by_chunk RENAME TO ${table};`;

/** From format n to n + 1, each in one transaction, after a copy of the file was made. */
const MIGRATIONS: Record<number, string> = {
  // Format 1 was never released: it is this one without a record of unreadable files and without the index for sums.
  1: `CREATE TABLE ledger (source TEXT PRIMARY KEY, bytes INTEGER NOT NULL, mtime REAL NOT NULL, sha256 TEXT NOT NULL,
      status TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, version TEXT NOT NULL) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS documents_sums ON documents (chunks, bytes) WHERE since IS NOT NULL AND until IS NULL;`,
  // The inverted index and the vectors move to files; `rebuild` makes these when it finds no manifest.
  2: `CREATE TABLE manifest (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);
      CREATE TABLE batches (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, runtime TEXT NOT NULL);
      INSERT INTO batches SELECT first, count, runtime FROM blocks;
      CREATE TABLE relabelled (doc INTEGER PRIMARY KEY);
      DROP TABLE IF EXISTS postings; DROP TABLE IF EXISTS segments; DROP INDEX IF EXISTS documents_sums;`,
  // What waits for a vector is kept in the order in which it comes.
  3: `${byChunk('pending')} ${byChunk('shelf_pending')}
      UPDATE manifest SET body = json_set(body, '$.format', 4);`,
  // Slots gather before they move to where they are kept.
  4: `CREATE TABLE recent_slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS shelf_recent_slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
      UPDATE manifest SET body = json_set(body, '$.format', 5);`,
};

/**
 * Makes the tables of a new home, or brings an older one to this format. Then a copy `rag.db.v<n>.bak` stays beside it, whose
 * path is returned. `dir`: the folder of the files.
 */
export function migrate(db: Database, file: string, dir: string): string | undefined {
  const found = format(db);
  let copy: string | undefined;
  if (found > 0 && found < FORMAT) {
    copy = join(dirname(file), `rag.db.v${found}.bak`);
    db.pragma('wal_checkpoint(TRUNCATE)');
    if (!existsSync(copy)) copyFileSync(file, copy);
    for (let version = found; version < FORMAT; version++) {
      const sql = MIGRATIONS[version];
      if (sql === undefined) throw new RagError('config', `${dirname(file)} has format ${version}, which is not known`);
      db.transaction(() => {
        db.exec(sql);
        db.pragma(`user_version = ${version + 1}`);
      })();
    }
  }
  create(db);
  if (manifestRow(db) === undefined) makeFiles(db, dir);
  return copy;
}

/** The first manifest: of an empty home, or of one whose rows come from an older format. All in one transaction. */
function makeFiles(db: Database, dir: string): void {
  mkdirSync(dir, { recursive: true });
  const kernel = openKernel();
  const change = beginChange(dir, kernel, { ...EMPTY, format: FORMAT });
  try {
    db.transaction(() => {
      const { manifest } = change;
      adoptFacts(db, manifest);
      if (hasTable(db, 'blocks')) {
        if (manifest.dimensions !== undefined) adoptBlocks(db, dir, kernel, change, manifest.dimensions);
        db.exec('DROP TABLE IF EXISTS blocks');
      }
      manifest.runtimes = Object.fromEntries(runtimesOf(db).map(({ runtime, n }) => [runtime, n]));
      rebuild(db, dir, kernel, change);
      db.prepare('INSERT INTO manifest (one, body) VALUES (1, ?)').run(JSON.stringify(change.seal()));
    })();
  } catch (error) {
    change.abandon();
    throw error;
  }
}

function hasTable(db: Database, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function runtimesOf(db: Database): { runtime: string; n: number }[] {
  return db.prepare('SELECT runtime, sum(count) AS n FROM batches GROUP BY runtime').all() as {
    runtime: string;
    n: number;
  }[];
}

/** Until format 2 what an index was made with stood in a table of its own. */
function adoptFacts(db: Database, manifest: Manifest): void {
  if (!hasTable(db, 'meta')) return;
  const facts = new Map(db.prepare('SELECT key, value FROM meta').raw().all() as [string, string][]);
  const model = facts.get('model');
  if (model !== undefined) {
    manifest.model = model;
    manifest.dimensions = Number(facts.get('dimensions'));
  }
  db.exec('DROP TABLE IF EXISTS meta');
}
