import type { Ask } from '../../postgres/postgres.ts';
import { impact } from '../../text/bm25.ts';
import type { Chunk } from '../../types.ts';

export interface KnownTerm {
  id: number;
  df: number;
}

/** Of terms `t` in the collections $2. */
export const DF_WITHIN =
  '(SELECT coalesce(sum(n.df), 0)::int FROM collection_terms n WHERE n.term = t.id AND n.collection = ANY($2))';

/** Ids and numbers of terms; unknown ones are left out, with `only` those that stand in no current chunk of these collections, too. */
export async function lookUp(ask: Ask, terms: readonly string[], only?: string[]): Promise<Map<string, KnownTerm>> {
  if (terms.length === 0) return new Map();
  const rows = await ask<{ term: string; id: number; df: number }>(
    only === undefined
      ? 'SELECT term, id, df FROM terms WHERE term = ANY($1)'
      : `SELECT * FROM (SELECT t.term, t.id, ${DF_WITHIN} AS df FROM terms t WHERE t.term = ANY($1)) AS known WHERE df > 0`,
    only === undefined ? [terms] : [terms, only],
  );
  return new Map(rows.map(({ term, ...known }) => [term, known]));
}

/** Ids of all terms of the chunks; new ones get one. Ids are never given out twice, so this may stand outside of the transaction that uses them. */
export async function nameTerms(ask: Ask, chunks: readonly Pick<Chunk, 'terms'>[]): Promise<Map<string, number>> {
  // In one order, so that two writers that add the same terms wait for each other instead of in a circle.
  const all = [...new Set(chunks.flatMap(({ terms }) => [...terms.keys()]))].sort();
  const known = await lookUp(ask, all);
  const fresh = all.filter((term) => !known.has(term));
  if (fresh.length > 0)
    await ask('INSERT INTO terms (term) SELECT unnest($1::text[]) ON CONFLICT (term) DO NOTHING', [fresh]);
  const added = await lookUp(ask, fresh);
  return new Map([...known, ...added].map(([term, { id }]) => [term, id]));
}

/** How a chunk's terms are kept: ids, occurrences, their sum, and what Qdrant adds up. */
export function weighed({ terms }: Pick<Chunk, 'terms'>, ids: ReadonlyMap<string, number>) {
  const indices = [...terms.keys()].map((term) => ids.get(term)!);
  const counts = [...terms.values()];
  const length = counts.reduce((sum, count) => sum + count, 0);
  return { indices, counts, length, values: counts.map((count) => impact(count, length)) };
}

/** The chunks of these documents come into view (+1) or go (-1). */
export async function count(ask: Ask, docs: readonly number[], sign: 1 | -1): Promise<void> {
  await ask(
    `UPDATE terms t SET df = t.df + $2 * n.n FROM
       (SELECT unnest(terms) AS id, count(*)::int AS n FROM chunks WHERE doc = ANY($1) GROUP BY 1) n WHERE t.id = n.id`,
    [docs, sign],
  );
  await ask(
    `INSERT INTO collection_terms AS k SELECT d.collection, t.id, $2 * count(*)::int FROM documents d JOIN chunks c ON c.doc = d.key,
       unnest(c.terms) AS t(id) WHERE d.key = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2
     ON CONFLICT (collection, term) DO UPDATE SET df = k.df + excluded.df`,
    [docs, sign],
  );
}
