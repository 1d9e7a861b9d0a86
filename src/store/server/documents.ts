import { createHash } from 'node:crypto';
import { int8Of, restore } from '../../int8.ts';
import type { Ask } from '../../postgres/postgres.ts';
import { embeddingText } from '../../text/chunk.ts';
import type { Chunk, Document } from '../../types.ts';
import type { Point } from './points.ts';
import { LIVE } from './rows.ts';
import { count, weighed } from './terms.ts';

/** Chunks with their keys, as both databases take them. */
export interface Keyed {
  rows: unknown[][];
  points: Point[];
}

export const hashOf = (chunk: Pick<Chunk, 'context' | 'text'>): Buffer =>
  createHash('sha256').update(embeddingText(chunk)).digest();

/** The row of a version that nobody sees yet; resolves to its key. */
export async function begin(ask: Ask, document: Document): Promise<number> {
  const { id, source, title, type, bytes, sha256, mtimeMs, pages, collection, tags, status, problem } = document;
  const [row] = await ask<{ key: number }>(
    `INSERT INTO documents (id, source, title, type, bytes, sha256, mtime, pages, collection, tags, status, problem)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING key`,
    [
      id,
      source,
      title,
      type,
      bytes,
      sha256,
      mtimeMs,
      pages ?? null,
      collection,
      JSON.stringify(tags),
      status,
      json(problem),
    ],
  );
  return row!.key;
}

/** Keys, and the vectors that equal texts have already. `ids`: of all their terms. */
export async function keyed(
  ask: Ask,
  doc: number,
  chunks: readonly Chunk[],
  ids: ReadonlyMap<string, number>,
): Promise<Keyed> {
  const keys = await ask<{ key: number }>(`SELECT nextval('chunk_keys') AS key FROM generate_series(1, $1)`, [
    chunks.length,
  ]);
  const hashes = chunks.map(hashOf);
  const vectors = await vectorsOf(ask, hashes);
  const rows: unknown[][] = [];
  const points = chunks.map((chunk, i): Point => {
    const key = keys[i]!.key;
    const { indices, counts, length, values } = weighed(chunk, ids);
    const { position, start, end, context, locator, text } = chunk;
    rows.push([
      key,
      doc,
      position,
      start,
      end,
      hashes[i],
      context,
      JSON.stringify(locator),
      text,
      length,
      indices,
      counts,
    ]);
    return { key, doc, terms: { indices, values }, vectors: vectors.get(hashes[i]!.toString('hex')) ?? new Map() };
  });
  return { rows, points };
}

/** By hash, then by the id of the model's row. */
export async function vectorsOf(ask: Ask, hashes: Buffer[]): Promise<Map<string, Map<number, Float32Array>>> {
  const rows = await ask<{ model: number; hash: Buffer; scale: number; vector: Buffer }>(
    'SELECT model, hash, scale, vector FROM vectors WHERE hash = ANY($1)',
    [hashes],
  );
  const found = new Map<string, Map<number, Float32Array>>();
  for (const { model, hash, scale, vector } of rows) {
    const name = hash.toString('hex');
    if (!found.has(name)) found.set(name, new Map());
    found.get(name)!.set(model, restore({ scale, values: int8Of(vector) }));
  }
  return found;
}

const CHUNK_COLUMNS = [
  'key',
  'doc',
  'position',
  'start',
  '"end"',
  'hash',
  'context',
  'locator',
  'text',
  'length',
  'terms',
  'counts',
];
/** PostgreSQL takes 65,535 values at once. */
const ROWS = 2000;

export async function insertChunks(ask: Ask, rows: unknown[][]): Promise<void> {
  const width = CHUNK_COLUMNS.length;
  for (let at = 0; at < rows.length; at += ROWS) {
    const page = rows.slice(at, at + ROWS);
    const places = page.map((_, i) => `(${CHUNK_COLUMNS.map((__, j) => `$${i * width + j + 1}`).join(', ')})`);
    await ask(`INSERT INTO chunks (${CHUNK_COLUMNS.join(', ')}) VALUES ${places.join(', ')}`, page.flat());
  }
}

/** The visible moment, inside a transaction: the old version goes and this one comes. Resolves to the old one's key. */
export async function finish(ask: Ask, key: number, document: Document): Promise<number | undefined> {
  const old = await retire(ask, document.source, document.ingested);
  await ask('DELETE FROM ledger WHERE source = $1', [document.source]);
  const { title, pages, status, problem, sections, ingested, bytes } = document;
  const [{ chunks } = { chunks: 0 }] = await ask<{ chunks: number }>(
    `UPDATE documents SET title = $2, pages = $3, status = $4, problem = $5, sections = $6, since = $7,
       chunks = (SELECT count(*) FROM chunks WHERE doc = $1) WHERE key = $1 RETURNING chunks`,
    [key, title, pages ?? null, status, json(problem), JSON.stringify(sections), ingested],
  );
  await ask('UPDATE state SET documents = documents + 1, chunks = chunks + $1, bytes = bytes + $2', [chunks, bytes]);
  await count(ask, [key], 1);
  await countEmbedded(ask, key, 1);
  return old;
}

/** Takes the current version out of sight, inside a transaction. */
export async function retire(ask: Ask, source: string, now: string): Promise<number | undefined> {
  const [row] = await ask<{ key: number; chunks: number; bytes: number }>(
    `UPDATE documents d SET until = $2 WHERE source = $1 AND ${LIVE} RETURNING key, chunks, bytes`,
    [source, now],
  );
  if (row === undefined) return undefined;
  await ask(
    'UPDATE state SET documents = documents - 1, chunks = chunks - $1, bytes = bytes - $2, versions = versions + 1',
    [row.chunks, row.bytes],
  );
  await count(ask, [row.key], -1);
  await countEmbedded(ask, row.key, -1);
  return row.key;
}

async function countEmbedded(ask: Ask, doc: number, sign: 1 | -1): Promise<void> {
  await ask(
    `UPDATE models m SET embedded = m.embedded + $2 * n.n FROM
       (SELECT v.model, count(*)::int AS n FROM chunks c JOIN vectors v ON v.hash = c.hash WHERE c.doc = $1 GROUP BY v.model) n
     WHERE m.id = n.model`,
    [doc, sign],
  );
}

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
