import type { Database } from './schema.ts';

const has = (db: Database, name: string): boolean =>
  db.prepare('SELECT 1 FROM sqlite_temp_master WHERE name = ?').get(name) !== undefined;

/**
 * `waiting`: where to look for what waits for a vector, by hash. It is made when vectors first come, and a trigger adds to it from then on.
 * Nothing is taken out: whether a chunk still waits, `pending` says. In the main table an order by hash would make each commit to a large
 * home write a page a chunk.
 */
export function findWaiting(db: Database): void {
  if (has(db, 'waiting')) return;
  // The shelf's triggers keep the names that they were made with.
  const set = has(db, 'came_1') ? 2 : 1;
  db.exec(`CREATE TEMP TABLE waiting (hash BLOB NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (hash, chunk)) WITHOUT ROWID;
    INSERT INTO waiting SELECT hash, chunk FROM pending ORDER BY hash, chunk;
    CREATE TEMP TRIGGER came_${set} AFTER INSERT ON pending
      BEGIN INSERT OR IGNORE INTO waiting VALUES (new.hash, new.chunk); END`);
}

/** After `pending` and `shelf_pending` have changed names: SQLite has the trigger follow. */
export function swapWaiting(db: Database): void {
  const rename = (from: string, to: string) => {
    if (has(db, from)) db.exec(`ALTER TABLE temp.${from} RENAME TO ${to}`);
  };
  rename('waiting', 'waiting_moving');
  rename('waiting_shelf', 'waiting');
  rename('waiting_moving', 'waiting_shelf');
}

/** With `shelf_pending` its trigger has gone. */
export function dropShelfWaiting(db: Database): void {
  db.exec('DROP TABLE IF EXISTS temp.waiting_shelf');
}
