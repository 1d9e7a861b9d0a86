import type { Ask, Postgres } from '../../postgres/postgres.ts';
import type { Chunk, Document } from '../../types.ts';
import type { Store, StoreReader } from '../store.ts';
import { begin, finish, hashOf, insertChunks, keyed, retire, vectorsOf } from './documents.ts';
import { SHARED, TURN } from './locks.ts';
import { prune, rebuild, retokenize } from './maintain.ts';
import { addVectors, type ModelRow, modelFor, modelRows, switchModels } from './models.ts';
import { pending } from './pending.ts';
import type { Points } from './points.ts';
import { CONTAINER, LIVE } from './rows.ts';
import { count, nameTerms } from './terms.ts';

/** After every ISO time. */
const EVER = '9999';

/**
 * Several writers may be at work. The order is always: points in Qdrant, then the rows in PostgreSQL, whose commit is the visible
 * moment, then what is out of date. A kill leaves points that nothing refers to, which are not found and which `prune` removes.
 */
export function writeSide(postgres: Postgres, points: Points, reader: StoreReader): Store {
  const { ask } = postgres;

  /** Inside a transaction: chunks of a version that nobody sees yet. */
  async function add(own: Ask, doc: number, chunks: Chunk[], ids: ReadonlyMap<string, number>): Promise<void> {
    const made = await keyed(own, doc, chunks, ids);
    await points.put(made.points);
    await own(TURN);
    await insertChunks(own, made.rows);
    // Vectors of equal texts that came since they were asked for.
    const late = await vectorsOf(own, chunks.map(hashOf));
    for (const [i, point] of made.points.entries())
      for (const [model, vector] of late.get(hashOf(chunks[i]!).toString('hex')) ?? [])
        if (!point.vectors.has(model)) await points.putVectors(model, [{ key: point.key, vector }]);
  }

  const outOfDate = async (docs: (number | undefined)[]) => {
    const known = docs.filter((doc) => doc !== undefined);
    if (known.length > 0) await points.retire(known);
  };

  async function finished(key: number, document: Document): Promise<void> {
    const old = await postgres.transaction(async (own) => {
      await own(TURN);
      return finish(own, key, document);
    });
    await outOfDate([old]);
  }

  async function drop(rows: ModelRow[]): Promise<void> {
    if (rows.length === 0) return;
    await ask('DELETE FROM models WHERE id = ANY($1)', [rows.map(({ id }) => id)]);
    for (const { id, dimensions } of rows) if (dimensions !== null) await points.dropModel(id);
  }
  const withRole = async (role: ModelRow['role']) => (await modelRows(ask)).filter((row) => row.role === role);

  return {
    ...reader,
    async put(puts, options) {
      const now = puts[0]?.document.ingested ?? new Date().toISOString();
      const ids = await nameTerms(
        ask,
        puts.flatMap(({ chunks }) => chunks),
      );
      const old = await postgres.transaction(async (own) => {
        await own(SHARED);
        const gone: (number | undefined)[] = [];
        const begun: [number, Document][] = [];
        for (const { document, chunks } of puts) {
          const key = await begin(own, document);
          await add(own, key, chunks, ids);
          begun.push([key, document]);
        }
        await own(TURN);
        for (const source of options?.removed ?? []) {
          gone.push(await retire(own, source, now));
          await own('DELETE FROM ledger WHERE source = $1', [source]);
        }
        for (const [key, document] of begun) gone.push(await finish(own, key, document));
        return gone;
      });
      await outOfDate(old);
    },
    async draft(document) {
      const key = await begin(ask, document);
      return {
        async add(chunks) {
          const ids = await nameTerms(ask, chunks);
          await postgres.transaction(async (own) => {
            await own(SHARED);
            await add(own, key, chunks, ids);
          });
        },
        commit: (complete) => finished(key, complete),
        async discard() {
          await ask('DELETE FROM documents WHERE key = $1 AND since IS NULL', [key]);
          await points.dropDocuments([key]);
        },
      };
    },
    async remove(source) {
      const old = await postgres.transaction(async (own) => {
        await own(TURN);
        await own('DELETE FROM ledger WHERE source = $1', [source]);
        return retire(own, source, new Date().toISOString());
      });
      await outOfDate([old]);
      return old !== undefined;
    },
    async touch(source, mtimeMs) {
      await postgres.transaction(async (own) => {
        await own(`UPDATE documents d SET mtime = $2 WHERE source = $1 AND ${LIVE}`, [source, mtimeMs]);
        await own('UPDATE ledger SET mtime = $2 WHERE source = $1', [source, mtimeMs]);
      });
    },
    async label(source, { collection, tags }) {
      const relabel = `UPDATE documents d SET collection = coalesce($2, collection), tags = coalesce($3::jsonb, tags)
         WHERE source = $1 AND ${LIVE} AND (collection <> coalesce($2, collection) OR tags <> coalesce($3::jsonb, tags))
         RETURNING key`;
      const values = [source, collection ?? null, tags === undefined ? null : JSON.stringify(tags)];
      return postgres.transaction(async (own) => {
        await own(TURN);
        const [row] = await own<{ key: number }>(`SELECT key FROM documents d WHERE source = $1 AND ${LIVE}`, [source]);
        if (row === undefined) return false;
        // Its words go from one collection to the other.
        if (collection !== undefined) await count(own, [row.key], -1);
        const changed = await own(relabel, values);
        if (collection !== undefined) await count(own, [row.key], 1);
        return changed.length > 0;
      });
    },
    async note(source, { bytes, mtimeMs, sha256, problem, container }) {
      await postgres.transaction(async (own) => {
        await own('DELETE FROM ledger WHERE source = $1', [source]);
        if (problem === undefined && !container) return;
        const { status, code, reason, version } = problem ?? { status: CONTAINER, code: '', reason: '', version: '' };
        await own('INSERT INTO ledger VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
          ...[source, bytes, mtimeMs, sha256, status, code, reason, version],
        ]);
      });
    },

    pending: (model, collections) =>
      collections === undefined
        ? pending(ask, model, 'true', [])
        : pending(ask, model, 'd.collection = ANY($2)', [collections]),
    async putVectors(model, runtime, vectors) {
      await postgres.transaction(async (own) => {
        await own(TURN);
        await addVectors(own, points, await modelFor(own, model), runtime, vectors);
      });
    },
    async dropVectors() {
      await drop(await withRole('current'));
    },
    async shelve(model) {
      const shelf = await withRole('shelf');
      if (shelf.some((row) => row.model === model)) return;
      await drop(shelf);
      await ask(`INSERT INTO models (model, role) VALUES ($1, 'shelf')`, [model]);
    },
    async switchShelf() {
      await postgres.transaction(switchModels);
    },
    async dropShelf() {
      await drop(await withRole('shelf'));
    },

    retokenize: (signal) => retokenize(postgres, points, signal),
    repair: (signal) => rebuild(postgres, points, signal),
    // Qdrant and PostgreSQL do this by themselves.
    async compact() {},
    async prune() {
      await drop(await withRole('shelf'));
      return prune(postgres, points, EVER);
    },
  };
}
