import type { Ask } from '../../postgres/postgres.ts';
import type { Coverage, Store } from '../store.ts';
import { pending } from './pending.ts';
import { readStamps } from './read.ts';
import { LIVE } from './rows.ts';

/** A condition: the column is one of the names, or what lies in one (`a.zip!/…`; `0` comes after `/`). Ranges, for the index. */
const within = (column: string, names: string) =>
  `(${column} = ANY(${names}::text[]) OR EXISTS (SELECT 1 FROM unnest(${names}::text[]) AS n(name)
     WHERE ${column} >= n.name || '!/' AND ${column} < n.name || '!0'))`;

/**
 * A home as far as these files are concerned: what is known of them, what of them waits for a vector, how much of them there is. So what a
 * job costs does not grow with the home, and of several jobs at once none does another's work.
 */
export function partOf(ask: Ask, store: Store, sources: string[]): Store {
  const named = (column: string) => ({ sql: within(column, '$1'), values: [sources] });
  return {
    ...store,
    stamps: () => readStamps(ask, { documents: named('d.source'), ledger: named('l.source') }),
    pending: (model) => pending(ask, model, within('d.source', '$2'), [sources]),
    async coverage(): Promise<Coverage> {
      const [sums] = await ask<Omit<Coverage, 'versions'>>(
        `SELECT count(DISTINCT d.key)::int AS documents, count(c.key)::int AS chunks, count(v.hash)::int AS embedded,
           coalesce((SELECT sum(bytes) FROM documents d WHERE ${LIVE} AND ${within('d.source', '$1')}), 0)::bigint AS bytes
         FROM documents d LEFT JOIN chunks c ON c.doc = d.key
           LEFT JOIN vectors v ON v.hash = c.hash AND v.model = (SELECT id FROM models WHERE role = 'current')
         WHERE ${LIVE} AND ${within('d.source', '$1')}`,
        [sources],
      );
      return { ...sums!, versions: 0 };
    },
  };
}
