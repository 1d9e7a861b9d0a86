import type { Ask } from '../../postgres/postgres.ts';
import type { Filter } from '../../types.ts';
import { sourceMatcher, titleMatches } from '../sources.ts';
import { LIVE } from './rows.ts';

/** SQL over documents `d` for what a filter says, globs and titles excepted; values from $1 on. */
function sqlOf(filter: Filter | undefined): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where: string[] = [];
  if (filter?.asOf === undefined) where.push(LIVE);
  else {
    const at = bind(filter.asOf);
    where.push(`d.since IS NOT NULL AND d.since <= ${at} AND (d.until IS NULL OR d.until > ${at})`);
  }
  // `code` means all of `code:python`, `code:go`, …; so does the language alone.
  if (filter?.type?.length)
    where.push(`(d.type = ANY(${bind(filter.type)}) OR string_to_array(d.type, ':') && ${bind(filter.type)})`);
  if (filter?.collection !== undefined) where.push(`d.collection = ${bind(filter.collection)}`);
  if (filter?.collections !== undefined) where.push(`d.collection = ANY(${bind(filter.collections)})`);
  if (filter?.since !== undefined) where.push(`d.mtime >= ${bind(Date.parse(filter.since))}`);
  if (filter?.until !== undefined) where.push(`d.mtime <= ${bind(Date.parse(filter.until))}`);
  if (filter?.tags !== undefined) where.push(`d.tags @> ${bind(JSON.stringify(filter.tags))}::jsonb`);
  return { where: where.join(' AND '), values };
}

/** Keys of the documents that pass, by source. */
export async function matching(ask: Ask, filter: Filter | undefined): Promise<number[]> {
  const { where, values } = sqlOf(filter);
  const titles = (filter?.title?.length ?? 0) + (filter?.notTitle?.length ?? 0) > 0;
  const rows = await ask<{ key: number; source: string; title: string }>(
    `SELECT d.key, d.source${titles ? ', d.title' : ''} FROM documents d WHERE ${where} ORDER BY d.source`,
    values,
  );
  const match = filter?.in?.length ? sourceMatcher(filter.in) : () => true;
  return rows
    .filter(({ source, title }) => match(source) && (!titles || titleMatches(title, filter!)))
    .map(({ key }) => key);
}

/** The same, where only these collections are to be seen. */
export function filterWithin(filter: Filter | undefined, only: string[] | undefined): Filter | undefined {
  if (only === undefined) return filter;
  const wanted = filter?.collections;
  return { ...filter, collections: wanted === undefined ? only : wanted.filter((one) => only.includes(one)) };
}
