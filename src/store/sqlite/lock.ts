import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { RagError } from '../../errors.ts';
import { translate } from './faults.ts';
import { type Database, openDatabase } from './schema.ts';

export interface Holder {
  host: string;
  pid: number;
  verb: string;
  since: string;
}

/** Tries again this often while another writer holds the home. */
const RETRY_MS = 100;

/**
 * One writer a home. The lock is an exclusive transaction on its own small database, which the kernel releases with
 * the process: a dead holder leaves nothing to break. `writer.json` only tells who holds it.
 * Throws RagError('locked') after `waitMs`.
 */
export async function lockHome(dir: string, verb: string, waitMs: number, signal?: AbortSignal): Promise<() => void> {
  const db = openLock(join(dir, 'writer.lock'));
  const deadline = Date.now() + waitMs;
  while (!tryExclusive(db)) {
    if (Date.now() >= deadline || signal?.aborted) {
      db.close();
      throw locked(dir);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  const unlock = () => {
    db.exec('ROLLBACK');
    db.close();
  };
  const holder: Holder = { host: hostname(), pid: process.pid, verb, since: new Date().toISOString() };
  try {
    writeFileSync(join(dir, 'writer.json'), `${JSON.stringify(holder)}\n`);
  } catch (error) {
    unlock();
    throw translate(error, join(dir, 'rag.db'));
  }
  return unlock;
}

function openLock(file: string): Database {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = openDatabase(file);
    db.pragma('busy_timeout = 0');
    return db;
  } catch (error) {
    throw translate(error, file);
  }
}

function tryExclusive(db: Database): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

function locked(dir: string): RagError {
  let holder: Holder | undefined;
  try {
    holder = JSON.parse(readFileSync(join(dir, 'writer.json'), 'utf8')) as Holder;
  } catch {
    // The holder may not have written its name yet.
  }
  const who = holder
    ? `${holder.verb} (process ${holder.pid} on ${holder.host}, since ${holder.since})`
    : 'another rag';
  return new RagError('locked', `${dir} is being written by ${who}`, {
    hint: 'wait for it to end, or try again with --wait 10m',
    zhHint: '请等它结束，或加 --wait 10m 重试',
    zh: `${dir} 正在被 ${who} 写入`,
    ...(holder ? { details: { ...holder } } : {}),
  });
}
