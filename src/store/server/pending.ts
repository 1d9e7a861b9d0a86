import type { Ask } from '../../postgres/postgres.ts';
import { embeddingText } from '../../text/chunk.ts';
import type { Pending } from '../store.ts';
import { modelRows } from './models.ts';
import { LIVE } from './rows.ts';

const PAGE = 256;

/** Texts without a vector, newest file first, equal ones once. `where`: a condition on documents `d`, its values from $2 on. */
export async function* pending(
  ask: Ask,
  model: string | undefined,
  where: string,
  values: unknown[],
): AsyncGenerator<Pending> {
  const rows = await modelRows(ask);
  const wanted = rows.find((row) => row.model === model) ?? rows.find(({ role }) => role === 'current');
  const keys = await ask<{ key: number }>(
    `SELECT min(c.key) AS key FROM chunks c JOIN documents d ON d.key = c.doc
       LEFT JOIN vectors v ON v.model = $1 AND v.hash = c.hash
     WHERE ${LIVE} AND v.hash IS NULL AND ${where} GROUP BY c.hash ORDER BY max(d.mtime) DESC, min(c.key)`,
    [wanted?.id ?? 0, ...values],
  );
  for (let at = 0; at < keys.length; at += PAGE) {
    const page = keys.slice(at, at + PAGE).map(({ key }) => key);
    const texts = await ask<{ key: number; hash: Buffer; context: string; text: string }>(
      'SELECT key, hash, context, text FROM chunks WHERE key = ANY($1)',
      [page],
    );
    const byKey = new Map(texts.map((row) => [row.key, row]));
    for (const key of page) {
      const row = byKey.get(key);
      if (row) yield { hash: row.hash.toString('hex'), text: embeddingText(row) };
    }
  }
}
