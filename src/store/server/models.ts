import { RagError } from '../../errors.ts';
import { quantise, restore } from '../../int8.ts';
import type { Ask } from '../../postgres/postgres.ts';
import type { Points } from './points.ts';
import { LIVE } from './rows.ts';

export interface ModelRow {
  id: number;
  model: string;
  dimensions: number | null;
  role: 'current' | 'shelf';
}

export async function modelRows(ask: Ask): Promise<ModelRow[]> {
  return ask<ModelRow>('SELECT id, model, dimensions, role FROM models');
}

/** The row that vectors of this model go to. Throws RagError('config') if another model's are in use. */
export async function modelFor(ask: Ask, model: string): Promise<ModelRow> {
  const rows = await modelRows(ask);
  const known = rows.find((row) => row.model === model);
  if (known !== undefined) return known;
  const current = rows.find(({ role }) => role === 'current');
  if (current !== undefined)
    throw new RagError('config', `this home holds vectors of ${current.model}; ${model} cannot be mixed in`, {
      hint: 'set the model back, or build the others beside them with: rag model use',
      zhHint: '请改回原来的模型，或在旁边另建一套向量：rag model use',
      zh: `此库中的向量来自 ${current.model}，不能混入 ${model}`,
    });
  await ask(`INSERT INTO models (model, role) VALUES ($1, 'current')`, [model]);
  return modelFor(ask, model);
}

/**
 * Qdrant gets the vectors first, then PostgreSQL says that they are there: inside a transaction. Hashes that have one are
 * skipped.
 */
export async function addVectors(
  ask: Ask,
  points: Points,
  row: ModelRow,
  runtime: string,
  vectors: Map<string, Float32Array>,
): Promise<void> {
  const hashes = [...vectors.keys()].map((hash) => Buffer.from(hash, 'hex'));
  const present = await ask<{ hash: Buffer }>('SELECT hash FROM vectors WHERE model = $1 AND hash = ANY($2)', [
    row.id,
    hashes,
  ]);
  const known = new Set(present.map(({ hash }) => hash.toString('hex')));
  const fresh = [...vectors].filter(([hash]) => !known.has(hash));
  if (fresh.length === 0) return;
  if (row.dimensions === null) {
    const dimensions = fresh[0]![1].length;
    await points.addModel(row.id, dimensions);
    await ask('UPDATE models SET dimensions = $2 WHERE id = $1', [row.id, dimensions]);
  }
  const made = new Map(fresh.map(([hash, vector]) => [hash, quantise(vector)]));
  const freshHashes = fresh.map(([hash]) => Buffer.from(hash, 'hex'));
  const waiting = await ask<{ key: number; hash: Buffer; live: boolean }>(
    `SELECT c.key, c.hash, ${LIVE} AS live FROM chunks c JOIN documents d ON d.key = c.doc WHERE c.hash = ANY($1)`,
    [freshHashes],
  );
  await points.putVectors(
    row.id,
    waiting.map(({ key, hash }) => ({ key, vector: restore(made.get(hash.toString('hex'))!) })),
  );
  await ask(
    `INSERT INTO vectors (model, hash, scale, vector, runtime)
     SELECT $1, h, s, v, $5 FROM unnest($2::bytea[], $3::real[], $4::bytea[]) AS n(h, s, v)`,
    [
      row.id,
      freshHashes,
      [...made.values()].map(({ scale }) => scale),
      [...made.values()].map(({ values }) => Buffer.from(values.buffer)),
      runtime,
    ],
  );
  await ask(
    `UPDATE models SET embedded = embedded + $2, runtimes =
       runtimes || jsonb_build_object($3::text, coalesce((runtimes ->> $3)::int, 0) + $4) WHERE id = $1`,
    [row.id, waiting.filter(({ live }) => live).length, runtime, fresh.length],
  );
}

/** Current and shelf change places. Throws RagError('not_found') if there is no shelf. */
export async function switchModels(ask: Ask): Promise<void> {
  const rows = await modelRows(ask);
  if (!rows.some(({ role }) => role === 'shelf'))
    throw new RagError('not_found', 'no other model is kept in this home', {
      hint: 'rag model use ID builds one beside the present one',
      zhHint: 'rag model use ID 会在现有模型旁建立另一个',
      zh: '此库中没有保留其他模型的向量',
    });
  await ask(`UPDATE models SET role = CASE role WHEN 'shelf' THEN 'current' ELSE 'shelf' END`);
}
