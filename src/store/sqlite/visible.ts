import type { Filter } from '../../types.ts';
import { sourceMatcher, titleMatches } from '../sources.ts';
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
