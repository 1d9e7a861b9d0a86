// The usual stack: better-sqlite3, FTS5, and sqlite-vec where it is installed beside this file.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { vectorOf, wordsOf } from './data.mjs';

const require = createRequire(import.meta.url);

export function openStack(dir) {
  const Database = require('better-sqlite3');
  const db = new Database(join(dir, 'stack.db'));
  db.pragma('journal_mode = WAL');
  let vectors = true;
  try {
    require('sqlite-vec').load(db);
  } catch {
    vectors = false;
  }
  return { db, vectors };
}

const bytesOf = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

/** Seconds for text and for vectors. */
export function buildStack(dir, vocabulary, chunks) {
  const { db, vectors } = openStack(dir);
  db.exec(`CREATE TABLE chunks (id INTEGER PRIMARY KEY, text TEXT);
    CREATE VIRTUAL TABLE fts USING fts5(text, content = 'chunks', content_rowid = 'id');`);
  const text = db.prepare('INSERT INTO chunks VALUES (?, ?)');
  const fts = db.prepare('INSERT INTO fts (rowid, text) VALUES (?, ?)');
  let seconds = 0;
  for (let first = 0; first < chunks; first += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, chunks - first) }, (_, i) =>
      wordsOf(vocabulary, first + i).join(' '),
    );
    const started = performance.now();
    db.transaction(() => {
      rows.forEach((row, i) => {
        text.run(first + i + 1, row);
        fts.run(first + i + 1, row);
      });
    })();
    seconds += (performance.now() - started) / 1000;
  }
  let vectorSeconds = 0;
  if (vectors) {
    db.exec(`CREATE VIRTUAL TABLE bit USING vec0(id INTEGER PRIMARY KEY, code bit[384], +row BLOB);
      CREATE VIRTUAL TABLE i8 USING vec0(id INTEGER PRIMARY KEY, v int8[384] distance_metric=cosine)`);
    const bit = db.prepare('INSERT INTO bit (id, code, row) VALUES (?, vec_quantize_binary(?), ?)');
    const int8 = db.prepare("INSERT INTO i8 (id, v) VALUES (?, vec_quantize_int8(?, 'unit'))");
    for (let first = 0; first < chunks; first += 10_000) {
      const rows = Array.from({ length: Math.min(10_000, chunks - first) }, (_, i) =>
        bytesOf(vectorOf(first + i, chunks)),
      );
      const started = performance.now();
      db.transaction(() => {
        rows.forEach((row, i) => {
          bit.run(BigInt(first + i + 1), row, row);
          int8.run(BigInt(first + i + 1), row);
        });
      })();
      vectorSeconds += (performance.now() - started) / 1000;
    }
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return { seconds, vectorSeconds };
}

export function asker({ db, vectors }) {
  const match = db.prepare('SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 10').pluck();
  const near =
    vectors &&
    db.prepare('SELECT id, row FROM bit WHERE code MATCH vec_quantize_binary(?) AND k = ? ORDER BY distance');
  const exact =
    vectors &&
    db.prepare("SELECT id FROM i8 WHERE v MATCH vec_quantize_int8(?, 'unit') AND k = 10 ORDER BY distance").pluck();
  return {
    text: (words) => match.all(words.map((word) => `"${word}"`).join(' OR ')).map((id) => id - 1),
    int8: (vector) => exact.all(bytesOf(vector)).map((id) => Number(id) - 1),
    /** Nearest by bits, then by the stored rows. */
    bits(vector, rescored) {
      const found = near.all(bytesOf(vector), rescored).map(({ id, row }) => {
        const values = new Float32Array(row.buffer, row.byteOffset, row.length / 4);
        let score = 0;
        for (let d = 0; d < values.length; d++) score += values[d] * vector[d];
        return { id: Number(id) - 1, score };
      });
      return found
        .sort((a, b) => b.score - a.score)
        .slice(0, 10)
        .map(({ id }) => id);
    },
  };
}
