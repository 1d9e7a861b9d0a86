import type { Ask, Postgres } from '../../postgres/postgres.ts';
import { indexText } from '../../text/chunk.ts';
import { countTerms, TOKENIZER_VERSION } from '../../text/tokenize.ts';
import type { Chunk } from '../../types.ts';
import { vectorsOf } from './documents.ts';
import { ALONE } from './locks.ts';
import { modelRows } from './models.ts';
import type { Point, Points } from './points.ts';
import { LIVE } from './rows.ts';
import { nameTerms, weighed } from './terms.ts';

const PAGE = 1000;

interface Row {
  key: number;
  doc: number;
  hash: Buffer;
  context: string;
  text: string;
}

async function* pages(ask: Ask, signal: AbortSignal | undefined): AsyncGenerator<Row[]> {
  for (let last = 0; ; ) {
    signal?.throwIfAborted();
    const rows = await ask<Row>(
      `SELECT key, doc, hash, context, text FROM chunks WHERE key > $1 ORDER BY key LIMIT ${PAGE}`,
      [last],
    );
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)!.key;
  }
}

async function termsOf(ask: Ask, rows: Row[]) {
  const counted = rows.map((row): Pick<Chunk, 'terms'> => ({ terms: countTerms(indexText(row)) }));
  const ids = await nameTerms(ask, counted);
  return counted.map((one) => weighed(one, ids));
}

/** All terms again from the text, with the present tokenizer. */
export async function retokenize(postgres: Postgres, points: Points, signal?: AbortSignal): Promise<void> {
  for await (const rows of pages(postgres.ask, signal)) {
    const made = await termsOf(postgres.ask, rows);
    await points.putTerms(rows.map(({ key }, i) => ({ key, terms: made[i]! })));
    await postgres.transaction(async (ask) => {
      for (const [i, { key }] of rows.entries())
        await ask('UPDATE chunks SET terms = $2, counts = $3, length = $4 WHERE key = $1', [
          ...[key, made[i]!.indices, made[i]!.counts, made[i]!.length],
        ]);
    });
  }
  await postgres.transaction(async (ask) => {
    await recount(ask);
    await ask('UPDATE state SET tokenizer = $1, icu = $2', [TOKENIZER_VERSION, process.versions.icu ?? '']);
  });
}

/** All of Qdrant again from PostgreSQL, and all sums. Nothing is lost. */
export async function rebuild(postgres: Postgres, points: Points, signal?: AbortSignal): Promise<number> {
  await points.clear();
  for (const { id, dimensions } of await modelRows(postgres.ask))
    if (dimensions !== null) await points.addModel(id, dimensions);
  for await (const rows of pages(postgres.ask, signal)) {
    const made = await termsOf(postgres.ask, rows);
    const vectors = await vectorsOf(
      postgres.ask,
      rows.map(({ hash }) => hash),
    );
    await points.put(
      rows.map(
        ({ key, doc, hash }, i): Point => ({
          ...{ key, doc, terms: made[i]! },
          vectors: vectors.get(hash.toString('hex')) ?? new Map(),
        }),
      ),
    );
  }
  const old = await postgres.ask<{ key: number }>('SELECT key FROM documents WHERE until IS NOT NULL');
  await points.retire(old.map(({ key }) => key));
  await postgres.transaction(recount);
  return 0;
}

/** All sums from the rows. */
async function recount(ask: Ask): Promise<void> {
  await ask(
    `UPDATE state SET (documents, chunks, bytes) =
       (SELECT count(*), coalesce(sum(chunks), 0), coalesce(sum(bytes), 0) FROM documents d WHERE ${LIVE}),
       versions = (SELECT count(*) FROM documents WHERE until IS NOT NULL)`,
  );
  await ask('UPDATE terms SET df = 0 WHERE df <> 0');
  await ask(
    `UPDATE terms t SET df = n.n FROM (SELECT unnest(c.terms) AS id, count(*)::int AS n
       FROM chunks c JOIN documents d ON d.key = c.doc WHERE ${LIVE} GROUP BY 1) n WHERE t.id = n.id`,
  );
  await ask('DELETE FROM collection_terms');
  await ask(
    `INSERT INTO collection_terms SELECT d.collection, t.id, count(*) FROM documents d JOIN chunks c ON c.doc = d.key,
       unnest(c.terms) AS t(id) WHERE ${LIVE} GROUP BY 1, 2`,
  );
  await ask(
    `UPDATE models m SET embedded = (SELECT count(*) FROM chunks c JOIN documents d ON d.key = c.doc
       JOIN vectors v ON v.hash = c.hash AND v.model = m.id WHERE ${LIVE}),
       runtimes = (SELECT coalesce(jsonb_object_agg(runtime, n), '{}') FROM
         (SELECT runtime, count(*) AS n FROM vectors v WHERE v.model = m.id GROUP BY runtime) r)`,
  );
}

/** Versions superseded before this time (ISO), documents whose writer died, vectors and terms that nothing has any more, points without a row. */
export async function prune(postgres: Postgres, points: Points, before: string): Promise<number> {
  return postgres.transaction(async (ask) => {
    await ask(ALONE);
    const [sums] = await ask<{ freed: number }>(
      `SELECT coalesce(sum(pg_column_size(c.*)), 0)::bigint AS freed FROM chunks c JOIN documents d ON d.key = c.doc
       WHERE d.until < $1`,
      [before],
    );
    await ask(`DELETE FROM documents WHERE until < $1 OR (since IS NULL AND begun < now() - interval '1 day')`, [
      before,
    ]);
    const vectors = await ask<{ size: number }>(
      `DELETE FROM vectors v WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.hash = v.hash) RETURNING length(vector) AS size`,
    );
    await ask(
      'DELETE FROM terms t WHERE df = 0 AND NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT unnest(terms) AS id FROM chunks) u WHERE u.id = t.id)',
    );
    await recount(ask);
    const known = new Set((await ask<{ key: number }>('SELECT key FROM chunks')).map(({ key }) => key));
    const gone: number[] = [];
    for await (const page of points.keys()) gone.push(...page.filter((key) => !known.has(key)));
    await points.drop(gone);
    return sums!.freed + vectors.reduce((sum, { size }) => sum + size, 0);
  });
}
