import { indexText } from '../../text/chunk.ts';
import { countTerms } from '../../text/tokenize.ts';
import { mergeSegments, segmentWriter } from './postings.ts';
import type { Database } from './schema.ts';
import { dropUnusedVectors } from './vectors.ts';

/** Chunks whose terms are made again in one segment. */
const BATCH = 2000;

/** Large documents whose writer died before they became visible. */
export function clearDrafts(db: Database): void {
  removeDocuments(db, 'since IS NULL');
}

export function discardDraft(db: Database, key: number): void {
  removeDocuments(db, `since IS NULL AND key = ${key}`);
}

/** Superseded versions, postings and vectors that nothing refers to any more. Inside the caller's transaction. */
export function prune(db: Database): void {
  removeDocuments(db, 'until IS NOT NULL');
  const exists = db.prepare('SELECT 1 FROM chunks WHERE key = ?').pluck();
  mergeSegments(db, (key) => exists.get(key) !== undefined, 1);
  db.exec('DELETE FROM runs WHERE doc = 0 AND first < (SELECT max(first) FROM runs)');
  dropUnusedVectors(db);
}

function removeDocuments(db: Database, where: string): void {
  const keys = db.prepare(`SELECT key FROM documents WHERE ${where}`).pluck().all() as number[];
  const runs = db.prepare('SELECT first, last FROM runs WHERE doc = ?');
  const forChunks = ['chunks WHERE key', 'embedded WHERE chunk', 'pending WHERE chunk'].map((from) =>
    db.prepare(`DELETE FROM ${from} BETWEEN ? AND ?`),
  );
  const rest = [db.prepare('UPDATE runs SET doc = 0 WHERE doc = ?'), db.prepare('DELETE FROM documents WHERE key = ?')];
  db.transaction(() => {
    for (const key of keys) {
      for (const { first, last } of runs.all(key) as { first: number; last: number }[])
        for (const statement of forChunks) statement.run(first, last);
      for (const statement of rest) statement.run(key);
    }
  })();
}

/** Replaces all postings by what the present tokenizer makes of the stored text. Inside the caller's transaction. */
export function retokenize(db: Database, signal?: AbortSignal): void {
  db.exec('DELETE FROM postings; DELETE FROM segments');
  const page = db.prepare('SELECT key, context, text FROM chunks WHERE key > ? ORDER BY key LIMIT ?');
  for (let last = 0; ; ) {
    signal?.throwIfAborted();
    const rows = page.all(last, BATCH) as { key: number; context: string; text: string }[];
    if (rows.length === 0) return;
    const segment = segmentWriter(db);
    for (const row of rows) segment.add(row.key, countTerms(indexText(row)));
    segment.flush();
    last = rows.at(-1)!.key;
  }
}
