import type { Database } from './schema.ts';
import { damaged } from './segments/damage.ts';
import { type Finder, openFinder } from './segments/find.ts';
import type { Manifest } from './segments/format.ts';
import { Gone, openSnapshot, type Snapshot } from './segments/open.ts';

/** What reading needs: SQLite, and the files of the same moment. */
export interface Access {
  /** Folder of the files. */
  dir: string;
  db(): Database;
  snapshot(): Snapshot;
  finder(): Finder;
  close(): void;
}

/** A writer may merge files away between our reading a manifest and opening what it names. */
const TRIES = 20;

export const INDEX = 'index';

export function manifestRow(db: Database): Manifest | undefined {
  const body = db.prepare('SELECT body FROM manifest').pluck().get() as string | undefined;
  return body === undefined ? undefined : (JSON.parse(body) as Manifest);
}

/** Opens what `read` names, which is asked again if a file has gone meanwhile. */
export function settle(dir: string, read: () => Manifest): Snapshot {
  for (let i = 0; ; i++) {
    try {
      return openSnapshot(dir, read());
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      if (i === TRIES) throw damaged(error.message, 'the file, which is missing,');
    }
  }
}

/** One moment, fixed: the database is inside a transaction that was begun before. `dir`: the folder of the files. */
export function fixedAccess(db: Database, dir: string): Access {
  let finder: Finder | undefined;
  const snapshot = settle(dir, () => {
    // Another try must see what is there now.
    if (db.inTransaction) db.exec('ROLLBACK');
    db.exec('BEGIN');
    return manifestRow(db) ?? EMPTY;
  });
  return {
    dir,
    db: () => db,
    snapshot: () => snapshot,
    finder: () => (finder ??= openFinder(snapshot)),
    close() {
      snapshot.close();
      db.close();
    },
  };
}

/**
 * For one question: the files alone, and SQLite only if something asks for it. If a writer has committed meanwhile, all later
 * answers are of the moment at which SQLite was opened.
 */
export function lightAccess(dir: string, read: () => Manifest, open: () => Database): Access {
  let snapshot = settle(dir, read);
  let finder: Finder | undefined;
  let db: Database | undefined;
  return {
    dir,
    db() {
      if (db !== undefined) return db;
      db = open();
      const access = fixedAccess(db, dir);
      const now = access.snapshot();
      if (now.manifest.commit === snapshot.manifest.commit) now.close();
      else {
        snapshot.close();
        snapshot = now;
        finder = undefined;
      }
      return db;
    },
    snapshot: () => snapshot,
    finder: () => (finder ??= openFinder(snapshot)),
    close() {
      snapshot.close();
      db?.close();
    },
  };
}

/** A home without documents. */
export const EMPTY: Manifest = {
  ...{ format: 0, commit: 0, nextFile: 1, tokenizer: 0, icu: '', runtimes: {}, relabelled: 0, segments: [] },
  counts: { documents: 0, chunks: 0, embedded: 0, bytes: 0, versions: 0 },
  dead: { generation: 0, count: 0 },
};
