// The usual stack: better-sqlite3, FTS5, sqlite-vec over int8: the fastest of its modes that finds as much as ours.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { clock } from '../clock.mjs';
import { vectorOf, wordsOf } from '../data.mjs';

const require = createRequire(import.meta.url);
const bytesOf = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
const partOf = (id) => Math.floor(id / 10) % 100;

function openDatabase(dir) {
  const db = new (require('better-sqlite3'))(join(dir, 'stack.db'));
  db.pragma('journal_mode = WAL');
  require('sqlite-vec').load(db);
  return db;
}

function inserter(db) {
  const text = db.prepare('INSERT INTO chunks VALUES (?, ?)');
  const fts = db.prepare('INSERT INTO fts (rowid, text) VALUES (?, ?)');
  const int8 = db.prepare("INSERT INTO vectors (id, part, v) VALUES (?, ?, vec_quantize_int8(?, 'unit'))");
  return {
    text(id, words) {
      const joined = words.join(' ');
      text.run(id, joined);
      fts.run(id, joined);
    },
    vector: (id, vector) => void int8.run(BigInt(id), BigInt(partOf(id)), bytesOf(vector)),
  };
}

export async function build(dir, vocabulary, chunks) {
  const db = openDatabase(dir);
  db.exec(`CREATE TABLE chunks (id INTEGER PRIMARY KEY, text TEXT);
    CREATE VIRTUAL TABLE fts USING fts5(text, content = 'chunks', content_rowid = 'id');
    CREATE VIRTUAL TABLE vectors USING vec0(id INTEGER PRIMARY KEY, part INTEGER, v int8[384] distance_metric=cosine)`);
  const insert = inserter(db);
  const { timed, ...spent } = clock();
  for (const [name, make] of [
    ['text', (i) => wordsOf(vocabulary, i)],
    ['vectors', (i) => vectorOf(i, chunks)],
  ]) {
    const one = name === 'text' ? insert.text : insert.vector;
    for (let first = 0; first < chunks; first += 10_000) {
      const rows = Array.from({ length: Math.min(10_000, chunks - first) }, (_, i) => make(first + i));
      const insertAll = db.transaction(() => {
        for (const [i, row] of rows.entries()) one(first + i, row);
      });
      await timed(name, insertAll);
    }
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return spent;
}

export async function open(dir) {
  const db = openDatabase(dir);
  const all = db.prepare('SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 10').pluck();
  const some = db
    .prepare('SELECT rowid FROM fts WHERE fts MATCH ? AND (rowid / 10) % 100 = ? ORDER BY rank LIMIT 10')
    .pluck();
  const near = "SELECT id FROM vectors WHERE v MATCH vec_quantize_int8(?, 'unit') AND k = 10";
  const everywhere = db.prepare(`${near} ORDER BY distance`).pluck();
  const inside = db.prepare(`${near} AND part = ? ORDER BY distance`).pluck();
  const match = (words) => words.map((word) => `"${word}"`).join(' OR ');
  const text = db.prepare('SELECT text FROM chunks WHERE id = ?').pluck();
  return {
    numbers: (ids) => ids,
    text: (words) => all.all(match(words)),
    vector: (vector) => everywhere.all(bytesOf(vector)).map(Number),
    textIn: (words, part) => some.all(match(words), part),
    vectorIn: (vector, part) => inside.all(bytesOf(vector), BigInt(part)).map(Number),
    texts: (ids) => ids.map((id) => text.get(id)),
    close: () => db.close(),
  };
}

export async function openForChange(dir) {
  const db = openDatabase(dir);
  db.pragma('synchronous = FULL');
  const insert = inserter(db);
  const gone = ['chunks WHERE id', 'vectors WHERE id'].map((from) => db.prepare(`DELETE FROM ${from} = ?`));
  const text = db.prepare('SELECT text FROM chunks WHERE id = ?').pluck();
  const unlist = db.prepare("INSERT INTO fts (fts, rowid, text) VALUES ('delete', ?, ?)");
  return {
    add: (number, texts, vectors) =>
      db.transaction(() => {
        texts.forEach((words, i) => {
          insert.text(number * 10 + i, words);
          if (vectors) insert.vector(number * 10 + i, vectors[i]);
        });
      })(),
    remove: (number) =>
      db.transaction(() => {
        for (let id = number * 10; id < number * 10 + 10; id++) {
          unlist.run(id, text.get(id));
          for (const statement of gone) statement.run(BigInt(id));
        }
      })(),
    close: () => db.close(),
  };
}
