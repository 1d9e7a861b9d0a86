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

/** Keys of the documents that pass, by source. */
export function matching(db: Database, filter: Filter | undefined): number[] {
  const { where, values } = filterSql(filter);
  const titles = (filter?.title?.length ?? 0) + (filter?.notTitle?.length ?? 0) > 0;
  // Without the title an index over the current sources holds all that is asked for.
  const columns = titles ? 'key, source, title' : 'key, source';
  const rows = db
    .prepare(`SELECT ${columns} FROM documents WHERE ${where} ORDER BY source`)
    .raw()
    .all(...values) as [key: number, source: string, title: string][];
  const match = filter?.in?.length ? sourceMatcher(filter.in) : undefined;
  const passing = rows.filter(
    ([, source, title]) => (match?.(source) ?? true) && (!titles || titleMatches(title, filter!)),
  );
  return passing.map(([key]) => key);
}

function titleMatches(title: string, filter: Filter): boolean {
  const stands = (words: string[]) => hasPhrase(title, words);
  return (filter.title ?? []).every(stands) && !(filter.notTitle ?? []).some(stands);
}

/** Globs as people write them: a bare folder means all below it, a pattern without a slash any depth. */
function sourceMatcher(globs: string[]): (source: string) => boolean {
  const matchers = globs.flatMap((glob) => {
    const bare = glob.replace(/^\.\//, '').replace(/\/+$/, '');
    if (!/[\\*?[\]{}()!+@|]/.test(bare)) return plainMatcher(bare);
    return [bare, `${bare}/**`].map((pattern) => picomatch(pattern, { dot: true, basename: !pattern.includes('/') }));
  });
  return (source) => matchers.some((match) => match(source));
}

/** The same for a name without signs of a glob, twenty times as fast. */
function plainMatcher(bare: string): (source: string) => boolean {
  const anywhere = `/${bare}`;
  const below = `${bare}/`;
  const isName = !bare.includes('/');
  return (source) => source === bare || source.startsWith(below) || (isName && source.endsWith(anywhere));
}
