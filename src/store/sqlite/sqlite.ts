import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RagError } from '../../errors.ts';
import type { Store, StoreReader } from '../store.ts';
import { EMPTY, fixedAccess, INDEX, lightAccess, manifestRow } from './access.ts';
import { translate } from './faults.ts';
import type { MergingOptions } from './merging.ts';
import { readSide } from './read.ts';
import { checkFormat, create, type Database, FORMAT, format, openDatabase } from './schema.ts';
import { readManifest } from './segments/manifest.ts';

export interface ReaderOptions {
  /**
   * For one question of one process: answers from the files alone, and opens SQLite only if a filter asks for it. Answers
   * before and after that may be of two neighbouring moments.
   */
  light?: boolean;
}

/** One snapshot of the home in `dir`, which need not exist; never waits for a writer. Throws RagError('config') for another format. */
export async function openReader(dir: string, options: ReaderOptions = {}): Promise<StoreReader> {
  const file = join(dir, 'rag.db');
  try {
    if (!existsSync(file)) return openEmpty();
    const index = join(dir, INDEX);
    const manifest = options.light === true && formatOf(file) === FORMAT ? readManifest(index) : undefined;
    if (manifest?.format === FORMAT) {
      const read = () => readManifest(index) ?? manifest;
      return readSide(lightAccess(index, read, () => openRows(dir, file)!));
    }
    const db = openRows(dir, file);
    return db === undefined ? openEmpty() : readSide(fixedAccess(db, index));
  } catch (error) {
    throw translate(error, file);
  }
}

/** The model of the home's vectors, without opening it; undefined if there are none. */
export function modelOf(dir: string): string | undefined {
  return readManifest(join(dir, INDEX))?.model;
}

/** Changes with every commit to the home in `dir`. */
export function stateOf(dir: string): string {
  return ['rag.db', 'rag.db-wal']
    .map((name) => statSync(join(dir, name), { throwIfNoEntry: false }))
    .map((stats) => (stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '-'))
    .join(' ');
}

/** The database, inside a transaction. Undefined if its first writer died, or has not come, before it was all made. */
function openRows(dir: string, file: string): Database | undefined {
  const db = openReadable(file);
  checkFormat(db, file);
  const found = format(db);
  const bare = found === FORMAT && manifestRow(db) === undefined;
  if (found === 0 || (bare && db.prepare('SELECT 1 FROM documents').get() === undefined)) {
    db.close();
    return undefined;
  }
  if (found < FORMAT || bare)
    throw new RagError('config', `${dir} has format ${found}; this rag uses format ${FORMAT}`, {
      hint: 'rag ingest migrates it, after making a copy',
      zhHint: 'rag ingest 会先备份再迁移',
      zh: `${dir} 的格式为 ${found}，此版本使用格式 ${FORMAT}`,
    });
  db.exec('BEGIN');
  return db;
}

/** Nothing is there yet; what asks for rows finds none. */
function openEmpty(): StoreReader {
  const open = () => {
    const db = openDatabase(':memory:');
    create(db);
    return db;
  };
  return readSide(lightAccess('', () => EMPTY, open));
}

/** The format number in the file's header; undefined if this is not a whole database, or its log may know better. */
function formatOf(file: string): number | undefined {
  const handle = openSync(file, 'r');
  try {
    const head = Buffer.alloc(100);
    if (readSync(handle, head, 0, 100, 0) < 100 || head.toString('latin1', 0, 15) !== 'SQLite format 3')
      return undefined;
    return head.readUInt32BE(60);
  } finally {
    closeSync(handle);
  }
}

export interface WriterOptions {
  /** Told the path of the copy if the home was of an older format. */
  migrated?(copy: string): void;
  /** The files may be damaged or missing: `repair` makes them anew. */
  repair?: boolean;
  /** Large merges happen in a thread; unset: where they are needed. */
  merging?: MergingOptions;
}

/** The caller holds the home's lock (`lockHome`). Throws RagError('verify') if files of the index are missing. */
export async function openWriter(dir: string, options: WriterOptions = {}): Promise<Store> {
  const file = join(dir, 'rag.db');
  try {
    mkdirSync(dir, { recursive: true });
    const db = openDatabase(file);
    checkFormat(db, file);
    const index = join(dir, INDEX);
    const { migrate } = await import('./migrate.ts');
    const { openState } = await import('./state.ts');
    const { writeSide } = await import('./write.ts');
    const copy = migrate(db, file, index);
    if (copy !== undefined) options.migrated?.(copy);
    db.pragma('synchronous = FULL');
    // In KiB. What a commit changes here and there (digests, the sources' index) should be at hand, not be read again.
    db.pragma('cache_size = -32768');
    db.pragma('temp.cache_size = -65536');
    db.pragma('journal_size_limit = 67108864');
    // Pages of 16 KiB: as much as the log may keep. What is changed again and again is then moved once.
    db.pragma('wal_autocheckpoint = 4000');
    const state = openState(db, index, options.repair === true);
    return writeSide(db, file, index, state, readSide(state.access), options.merging);
  } catch (error) {
    throw translate(error, file);
  }
}

/** Where the folder cannot be written there is no room for WAL's shared memory: the database is then read into ours. */
function openReadable(file: string): Database {
  try {
    const db = openDatabase(file, { readonly: true });
    db.pragma('schema_version');
    return db;
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    const wal = `${file}-wal`;
    const clean = !existsSync(wal) || statSync(wal).size === 0;
    if (!clean || !/^SQLITE_(CANTOPEN|READONLY)/.test(code)) throw error;
    const image = readFileSync(file);
    // Bytes 18 and 19 of the header: 2 = WAL, 1 = rollback journal; an image in memory has no WAL.
    image[18] = 1;
    image[19] = 1;
    return openDatabase(image, { readonly: true });
  }
}
