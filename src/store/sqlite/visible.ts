import picomatch from 'picomatch';
import { hasPhrase } from '../../text/phrase.ts';
import type { Filter } from '../../types.ts';
import { filterSql } from './documents.ts';
import type { Database } from './schema.ts';
import { joined, type Ranges } from './segments/ranges.ts';

/** The chunk keys that a filter lets through. */
export function filterRanges(db: Database, filter: Filter): Ranges {
  const runs = db.prepare('SELECT first, last FROM runs WHERE doc = ?').raw();
  return joined(matching(db, filter).flatMap((key) => runs.all(key) as [number, number][]));
}

/** Keys of the documents that pass. */
export function matching(db: Database, filter: Filter | undefined): number[] {
  const { where, values } = filterSql(filter);
  const rows = db
    .prepare(`SELECT key, source, title FROM documents WHERE ${where} ORDER BY source`)
    .raw()
    .all(...values) as [key: number, source: string, title: string][];
  const match = filter?.in?.length ? sourceMatcher(filter.in) : undefined;
  const passing = rows.filter(([, source, title]) => (match?.(source) ?? true) && titleMatches(title, filter));
  return passing.map(([key]) => key);
}

function titleMatches(title: string, filter: Filter | undefined): boolean {
  const stands = (words: string[]) => hasPhrase(title, words);
  return (filter?.title ?? []).every(stands) && !(filter?.notTitle ?? []).some(stands);
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
