import type { Ask } from '../../postgres/postgres.ts';
import type { Coverage } from '../store.ts';
import { LIVE } from './rows.ts';

export type Sums = Omit<Coverage, 'embedded'>;

/** What is to be seen, added up: of all it is kept in one row, of some collections it is counted. */
export async function sums(ask: Ask, only: string[] | undefined): Promise<Sums> {
  if (only === undefined) {
    const [state] = await ask<Sums>('SELECT documents, chunks, bytes, versions FROM state');
    return state!;
  }
  const [counted] = await ask<Sums>(
    `SELECT count(*)::int AS documents, coalesce(sum(d.chunks), 0)::int AS chunks, coalesce(sum(d.bytes), 0)::float8 AS bytes,
       (SELECT count(*)::int FROM documents WHERE until IS NOT NULL AND collection = ANY($1)) AS versions
     FROM documents d WHERE ${LIVE} AND d.collection = ANY($1)`,
    [only],
  );
  return counted!;
}

/** How many of the chunks to be seen have this model's vector. Where all chunks have one nothing need be counted. */
export async function embeddedWithin(
  ask: Ask,
  only: string[],
  { chunks }: Sums,
  model: { id: number; embedded: number } | undefined,
): Promise<number> {
  if (model === undefined || chunks === 0) return 0;
  if (model.embedded === (await sums(ask, undefined)).chunks) return chunks;
  const [row] = await ask<{ n: number }>(
    `SELECT count(*)::int AS n FROM documents d JOIN chunks c ON c.doc = d.key JOIN vectors v ON v.hash = c.hash AND v.model = $2
     WHERE ${LIVE} AND d.collection = ANY($1)`,
    [only, model.id],
  );
  return row!.n;
}
