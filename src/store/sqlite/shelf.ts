import { RagError } from '../../errors.ts';
import { type Access, settle } from './access.ts';
import type { Database } from './schema.ts';
import type { Change } from './segments/change.ts';
import { type Finder, openFinder } from './segments/find.ts';
import type { Manifest } from './segments/format.ts';
import { settleSlots } from './slots.ts';
import { dropShelfWaiting, swapWaiting } from './waiting.ts';

// The vectors of a second model. Its tables are those of the vectors in use under other names, and changing places means
// renaming them: whatever is done to vectors is written once, for the set in use.

const TABLES = `
CREATE TABLE IF NOT EXISTS shelf_slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shelf_recent_slots (hash BLOB PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shelf_embedded (chunk INTEGER PRIMARY KEY, slot INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS shelf_pending (chunk INTEGER PRIMARY KEY, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS shelf_batches (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, runtime TEXT NOT NULL);
`;
const NAMES = ['slots', 'recent_slots', 'embedded', 'pending', 'batches'];

function noShelf(): RagError {
  return new RagError('not_found', 'no other model is kept in this home', {
    hint: 'rag model use ID builds one beside the present one',
    zhHint: 'rag model use ID 会在现有模型旁建立另一个',
    zh: '此库中没有保留其他模型的向量',
  });
}

/** The manifest as it is with the shelf's vectors in use; the shelf then holds what was in use. */
function swapped(manifest: Manifest): Manifest {
  const { model, dimensions, runtimes, vectors, shelf, ...rest } = manifest;
  if (shelf === undefined) throw noShelf();
  const { embedded, ...set } = shelf;
  const own = {
    runtimes,
    embedded: rest.counts.embedded,
    ...(dimensions && { dimensions }),
    ...(vectors && { vectors }),
  };
  // Where nothing was embedded before there is nothing to keep.
  const kept = model === undefined ? {} : { shelf: { model, ...own } };
  return { ...rest, ...set, counts: { ...rest.counts, embedded }, ...kept };
}

function become(manifest: Manifest, next: Manifest): void {
  for (const name of ['model', 'dimensions', 'vectors', 'shelf'] as const) delete manifest[name];
  Object.assign(manifest, next);
}

function renameTables(db: Database): void {
  for (const name of NAMES)
    db.exec(`ALTER TABLE ${name} RENAME TO moving_${name};
      ALTER TABLE shelf_${name} RENAME TO ${name};
      ALTER TABLE moving_${name} RENAME TO shelf_${name}`);
  swapWaiting(db);
}

/** Does something to the shelf as if it were in use. Inside the caller's transaction. */
export function withShelf(db: Database, change: Change, work: () => void): void {
  const { manifest } = change;
  // The place of a set without a model, which `swapped` would not keep.
  const bare = manifest.model === undefined;
  if (bare) manifest.model = '';
  change.settleVectors();
  become(manifest, swapped(manifest));
  renameTables(db);
  work();
  change.settleVectors();
  become(manifest, swapped(manifest));
  renameTables(db);
  if (bare) delete manifest.model;
}

/** Room for `model`, kept if it is there. What came or went since is caught up with. Inside the caller's transaction. */
export function shelve(db: Database, change: Change, model: string): void {
  const { manifest } = change;
  if (manifest.shelf?.model !== model) {
    dropShelf(db, change);
    db.exec(TABLES);
    manifest.shelf = { model, runtimes: {}, embedded: 0 };
  }
  withShelf(db, change, () => catchUp(db, change));
}

/** Chunks that came since: those whose text is embedded get their vector, the others wait. */
function catchUp(db: Database, change: Change): void {
  settleSlots(db);
  db.exec('DELETE FROM embedded WHERE chunk NOT IN (SELECT key FROM chunks); DELETE FROM pending');
  const found = db
    .prepare(
      `SELECT c.key, s.slot FROM chunks c JOIN slots s ON s.hash = c.hash
       WHERE NOT EXISTS (SELECT 1 FROM embedded e WHERE e.chunk = c.key) ORDER BY c.key`,
    )
    .raw()
    .all() as [number, number][];
  const insert = db.prepare('INSERT INTO embedded (chunk, slot) VALUES (?, ?)');
  for (const [chunk, slot] of found) {
    insert.run(chunk, slot);
    change.link(chunk, slot);
  }
  db.exec(`INSERT INTO pending (hash, chunk) SELECT hash, key FROM chunks c
    WHERE NOT EXISTS (SELECT 1 FROM embedded e WHERE e.chunk = c.key)`);
  change.manifest.counts.embedded = db
    .prepare(
      `SELECT count(*) FROM embedded e JOIN chunks c ON c.key = e.chunk JOIN documents d ON d.key = c.doc
       WHERE d.since IS NOT NULL AND d.until IS NULL`,
    )
    .pluck()
    .get() as number;
}

/** Changes places, and catches up. Inside the caller's transaction. */
export function switchShelf(db: Database, change: Change): void {
  const { manifest } = change;
  change.settleVectors();
  become(manifest, swapped(manifest));
  renameTables(db);
  catchUp(db, change);
}

/** Inside the caller's transaction. */
export function dropShelf(db: Database, change: Change): void {
  delete change.manifest.shelf;
  for (const name of NAMES) db.exec(`DROP TABLE IF EXISTS shelf_${name}`);
  dropShelfWaiting(db);
}

/** The same moment, read with the shelf's vectors. */
export function shelfAccess(access: Access): Access {
  const db = access.db();
  const manifest = swapped(access.snapshot().manifest);
  const snapshot = settle(access.dir, () => manifest);
  let finder: Finder | undefined;
  return {
    dir: access.dir,
    db: () => db,
    snapshot: () => snapshot,
    finder: () => (finder ??= openFinder(snapshot)),
    close: () => snapshot.close(),
  };
}
