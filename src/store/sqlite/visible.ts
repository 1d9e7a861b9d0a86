import picomatch from 'picomatch';
import type { Filter } from '../../types.ts';
import { filterSql } from './documents.ts';
import type { Database } from './schema.ts';

/** Which chunk keys a search may return: 1 at `mask[key]`. */
export type Mask = Uint8Array;

/** All chunks of the current versions. Only what is gone is looked up, so an index without history costs nothing. */
export function liveMask(db: Database): Mask {
  const mask = new Uint8Array(lastKey(db) + 1).fill(1);
  const gone = db
    .prepare(
      `SELECT first, last FROM runs WHERE doc = 0
         OR doc IN (SELECT key FROM documents WHERE since IS NULL OR until IS NOT NULL)`,
    )
    .all() as { first: number; last: number }[];
  for (const { first, last } of gone) mask.fill(0, first, last + 1);
  return mask;
}

export function filterMask(db: Database, filter: Filter): Mask {
  const mask = new Uint8Array(lastKey(db) + 1);
  const runs = db.prepare('SELECT first, last FROM runs WHERE doc = ?');
  for (const key of matching(db, filter))
    for (const { first, last } of runs.all(key) as { first: number; last: number }[]) mask.fill(1, first, last + 1);
  return mask;
}

/** Keys of the documents that pass. */
export function matching(db: Database, filter: Filter | undefined): number[] {
  const { where, values } = filterSql(filter);
  const rows = db.prepare(`SELECT key, source FROM documents WHERE ${where} ORDER BY source`).all(...values) as {
    key: number;
    source: string;
  }[];
  if (!filter?.in?.length) return rows.map((row) => row.key);
  const match = sourceMatcher(filter.in);
  return rows.filter((row) => match(row.source)).map((row) => row.key);
}

/** Globs as people write them: a bare folder means all below it, a pattern without a slash any depth. */
function sourceMatcher(globs: string[]): (source: string) => boolean {
  const patterns = globs.flatMap((glob) => {
    const bare = glob.replace(/^\.\//, '').replace(/\/+$/, '');
    return [bare, `${bare}/**`];
  });
  const matchers = patterns.map((pattern) =>
    pattern.includes('/') ? picomatch(pattern, { dot: true }) : picomatch(pattern, { dot: true, basename: true }),
  );
  return (source) => matchers.some((match) => match(source));
}

function lastKey(db: Database): number {
  return db.prepare('SELECT coalesce(max(last), 0) FROM runs').pluck().get() as number;
}
