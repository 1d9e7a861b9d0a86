import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RagError } from '../../errors.ts';
import type { Store, StoreReader } from '../store.ts';
import { translate } from './faults.ts';
import { readSide } from './read.ts';
import { checkFormat, create, type Database, FORMAT, format, migrate, openDatabase } from './schema.ts';
import { writeSide } from './write.ts';

/** One snapshot of the home in `dir`, which need not exist; never waits for a writer. Throws RagError('config') for another format. */
export async function openReader(dir: string): Promise<StoreReader> {
  const file = join(dir, 'rag.db');
  if (!existsSync(file)) return openEmpty();
  try {
    const db = openReadable(file);
    checkFormat(db, file);
    const found = format(db);
    if (found === 0) {
      // The first writer died, or has not come, between making the file and its tables.
      db.close();
      return openEmpty();
    }
    if (found < FORMAT)
      throw new RagError('config', `${dir} has format ${found}; this rag uses format ${FORMAT}`, {
        hint: 'rag ingest migrates it, after making a copy',
        zh: `${dir} 的格式为 ${found}，此版本使用格式 ${FORMAT}`,
      });
    db.exec('BEGIN');
    return readSide(db, true);
  } catch (error) {
    throw translate(error, file);
  }
}

function openEmpty(): StoreReader {
  const db = openDatabase(':memory:');
  create(db);
  return readSide(db, true);
}

/** The caller holds the home's lock (`lockHome`). `migrated` is told the path of the copy if the home was of an older format. */
export async function openWriter(dir: string, migrated?: (copy: string) => void): Promise<Store> {
  const file = join(dir, 'rag.db');
  try {
    mkdirSync(dir, { recursive: true });
    const db = openDatabase(file);
    checkFormat(db, file);
    const copy = migrate(db, file);
    if (copy !== undefined) migrated?.(copy);
    create(db);
    db.pragma('synchronous = FULL');
    db.pragma('journal_size_limit = 67108864');
    return writeSide(db, file, readSide(db, false));
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
