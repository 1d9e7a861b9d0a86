import type { Ask } from '../../postgres/postgres.ts';
import type { Points } from './points.ts';
import { LIVE } from './rows.ts';

/** What PostgreSQL and Qdrant do not agree about, a line each. Points that nothing refers to are no damage: `prune` removes them. */
export async function check(ask: Ask, points: Points): Promise<string[]> {
  const problems: string[] = [];
  const [sums] = await ask<Record<string, number>>(
    `SELECT (SELECT count(*) FROM documents d WHERE ${LIVE}) - (SELECT documents FROM state) AS documents,
       (SELECT coalesce(sum(chunks), 0) FROM documents d WHERE ${LIVE}) - (SELECT chunks FROM state) AS chunks`,
  );
  for (const [name, difference] of Object.entries(sums!))
    if (Number(difference) !== 0) problems.push(`PostgreSQL: the number of ${name} is off by ${difference}`);
  const missing = new Set((await ask<{ key: number }>('SELECT c.key FROM chunks c')).map(({ key }) => key));
  for await (const page of points.keys()) for (const key of page) missing.delete(key);
  if (missing.size > 0) problems.push(`Qdrant: ${missing.size} passages are missing`);
  return problems;
}
