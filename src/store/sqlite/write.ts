import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { RagError } from '../../errors.ts';
import { embeddingText } from '../../text/chunk.ts';
import type { Chunk } from '../../types.ts';
import type { Pending, Store, StoreReader } from '../store.ts';
import { CONTAINER, documentWriter, LIVE } from './documents.ts';
import { translate } from './faults.ts';
import {
  clearDrafts,
  clearVersions,
  discardDraft,
  groupsForPruning,
  merge,
  rebuild,
  recount,
  writeRelabelled,
} from './maintain.ts';
import { type MergingOptions, openMerging } from './merging.ts';
import type { Database } from './schema.ts';
import type { Change } from './segments/change.ts';
import { deadFile, type Manifest } from './segments/format.ts';
import { crowded, mergeable } from './segments/policy.ts';
import { NONE } from './segments/ranges.ts';
import { dropShelf, shelve, switchShelf, withShelf } from './shelf.ts';
import type { State } from './state.ts';
import { appendVectors, compactVectors, dropVectors } from './vectorstore.ts';

function hashOf(chunk: Pick<Chunk, 'context' | 'text'>): Buffer {
  return createHash('sha256').update(embeddingText(chunk)).digest();
}

const PENDING_PAGE = 256;
/** Segments of about one size that may gather while documents come. */
const CROWD = 10;
/** Segments that may gather while a thread merges: each holds a file open, and is one more to search. */
const PATIENCE = 96;

/** `dir`: the folder of the files. */
export function writeSide(
  db: Database,
  file: string,
  dir: string,
  state: State,
  reader: StoreReader,
  options: MergingOptions | undefined,
): Store {
  const merging = openMerging(dir, options);
  const writer = documentWriter(db, hashOf);
  const setManifest = db.prepare('INSERT OR REPLACE INTO manifest (one, body) VALUES (1, ?)');
  /** One transaction, its failures in our words: files first, then SQLite, then the manifest that readers see. */
  async function commit<T>(work: (change: Change) => T): Promise<T> {
    const change = state.begin();
    let next: Manifest;
    let result: T;
    try {
      result = db.transaction(() => {
        const made = work(change);
        next = change.seal();
        setManifest.run(JSON.stringify(next));
        return made;
      })();
    } catch (error) {
      change.abandon();
      throw translate(error, file);
    }
    try {
      state.publish(next!);
    } catch (error) {
      // It is in SQLite; readers stay with the state before until the next writer tells them.
      throw translate(error, file);
    }
    return result;
  }
  /** For what only SQLite knows of. */
  async function note<T>(work: () => T): Promise<T> {
    try {
      return db.transaction(work)();
    } catch (error) {
      throw translate(error, file);
    }
  }
  function mergeWhere(groups: [number, number][]): Promise<void> {
    return commit((change) => merge(dir, state.kernel, change, groups, NONE));
  }
  /** The merge under way has its place when this resolves. */
  async function settle(): Promise<void> {
    const place = await merging.end();
    if (place !== undefined) await commit(place);
  }
  async function relieve(): Promise<void> {
    // A caller that only ever waits for us would never let the thread's word through.
    if (merging.busy) await turn();
    if (merging.busy && state.manifest.segments.length < PATIENCE) return;
    await settle();
    const group = crowded(state.manifest.segments, CROWD);
    if (group !== undefined && !merging.begin(state.manifest, group)) await mergeWhere([group]);
  }
  clearDrafts(db);

  return {
    ...reader,
    async put(puts, options) {
      await commit((change) => {
        const now = puts[0]?.document.ingested ?? new Date().toISOString();
        for (const source of options?.removed ?? []) writer.remove(change, source, now);
        for (const { document, chunks } of puts) {
          const key = writer.begin(document);
          writer.add(change, key, chunks, false);
          writer.finish(change, key, document, false);
        }
      });
      await relieve();
    },
    async draft(document) {
      const key = await note(() => writer.begin(document));
      return {
        async add(chunks) {
          await commit((change) => writer.add(change, key, chunks, true));
          await relieve();
        },
        commit: (complete) => commit((change) => writer.finish(change, key, complete, true)),
        discard: () => note(() => discardDraft(db, key)),
      };
    },
    remove(source) {
      return commit((change) => writer.remove(change, source, new Date().toISOString()));
    },
    touch(source, mtimeMs) {
      return commit((change) => {
        relabel(change, source);
        db.prepare(`UPDATE documents SET mtime = ? WHERE source = ? AND ${LIVE}`).run(mtimeMs, source);
        db.prepare('UPDATE ledger SET mtime = ? WHERE source = ?').run(mtimeMs, source);
      });
    },
    label(source, { collection, tags }) {
      return commit((change) => {
        const update = db.prepare(
          `UPDATE documents SET collection = coalesce(@collection, collection), tags = coalesce(@tags, tags)
           WHERE source = @source AND ${LIVE} AND (collection <> coalesce(@collection, collection) OR tags <> coalesce(@tags, tags))`,
        );
        const values = {
          source,
          collection: collection ?? null,
          tags: tags === undefined ? null : JSON.stringify(tags),
        };
        const changed = update.run(values).changes > 0;
        if (changed) relabel(change, source);
        return changed;
      });
    },
    note(source, { bytes, mtimeMs, sha256, problem, container }) {
      return note(() => {
        db.prepare('DELETE FROM ledger WHERE source = ?').run(source);
        if (problem === undefined && !container) return;
        const { status, code, reason, version } = problem ?? { status: CONTAINER, code: '', reason: '', version: '' };
        db.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
          ...[source, bytes, mtimeMs, sha256, status, code, reason, version],
        );
      });
    },

    async *pending(model, collections) {
      const table = model !== undefined && model === state.manifest.shelf?.model ? 'shelf_pending' : 'pending';
      const keys = db
        .prepare(
          `SELECT min(p.chunk) FROM ${table} p
           CROSS JOIN runs r ON r.first = (SELECT max(first) FROM runs WHERE first <= p.chunk)
           CROSS JOIN documents d ON d.key = r.doc
           WHERE d.since IS NOT NULL AND d.until IS NULL AND (@only IS NULL OR d.collection IN (SELECT value FROM json_each(@only)))
           GROUP BY p.hash ORDER BY max(d.mtime) DESC, min(p.chunk)`,
        )
        .pluck()
        .all({ only: collections === undefined ? null : JSON.stringify(collections) }) as number[];
      const select = db.prepare('SELECT hash, context, text FROM chunks WHERE key = ?');
      for (let at = 0; at < keys.length; at += PENDING_PAGE) {
        const page = keys.slice(at, at + PENDING_PAGE).map((key) => {
          const row = select.get(key) as { hash: Buffer; context: string; text: string };
          return { hash: row.hash.toString('hex'), text: embeddingText(row) } satisfies Pending;
        });
        yield* page;
      }
    },
    putVectors(model, runtime, vectors) {
      return commit((change) => {
        const { manifest } = change;
        if (manifest.shelf?.model === model && manifest.model !== model) {
          withShelf(db, change, () => appendVectors(db, change, runtime, vectors));
          return;
        }
        if (manifest.model !== undefined && manifest.model !== model)
          throw new RagError('config', `this home holds vectors of ${manifest.model}; ${model} cannot be mixed in`, {
            hint: 'set the model back, or build the others beside them with: rag model use',
            zhHint: '请改回原来的模型，或在旁边另建一套向量：rag model use',
            zh: `此库中的向量来自 ${manifest.model}，不能混入 ${model}`,
          });
        if (vectors.size > 0) manifest.model = model;
        appendVectors(db, change, runtime, vectors);
      });
    },
    dropVectors() {
      return commit((change) => dropVectors(db, change));
    },
    shelve(model) {
      return commit((change) => shelve(db, change, model));
    },
    switchShelf() {
      return commit((change) => switchShelf(db, change));
    },
    dropShelf() {
      return commit((change) => dropShelf(db, change));
    },

    async retokenize(signal) {
      await settle();
      await commit((change) => rebuild(db, dir, state.kernel, change, signal));
    },
    async repair(signal) {
      await settle();
      return commit((change) => {
        rebuild(db, dir, state.kernel, change, signal);
        dropShelf(db, change);
        const lost = compactVectors(db, dir, state.kernel, change);
        recount(db, change.manifest);
        return lost;
      });
    },
    async compact() {
      await settle();
      const group = mergeable(state.manifest.segments);
      // In the thread too where it is worth one: a server answers meanwhile.
      if (group !== undefined && !merging.begin(state.manifest, group)) await mergeWhere([group]);
      await settle();
      if (state.manifest.relabelled > 0) await commit((change) => writeRelabelled(db, change));
    },
    async prune() {
      await settle();
      const before = sizeOf(file, dir);
      await commit((change) => {
        const { manifest } = change;
        clearVersions(db);
        const drop = state.access.snapshot().dead;
        merge(dir, state.kernel, change, groupsForPruning(manifest, drop), drop);
        manifest.dead = { generation: change.fresh(), count: 0 };
        change.made(deadFile(manifest.dead.generation));
        manifest.counts.versions = 0;
        dropShelf(db, change);
        writeRelabelled(db, change);
        compactVectors(db, dir, state.kernel, change);
        db.exec('DELETE FROM runs WHERE doc = 0 AND first < (SELECT max(first) FROM runs)');
      });
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
      return Math.max(0, before - sizeOf(file, dir));
    },
    async close() {
      await merging.close();
      state.access.close();
      try {
        // Leaves one plain file behind, so that the home can be copied or put on a read-only disk; not if a reader is busy.
        db.pragma('busy_timeout = 0');
        db.pragma('wal_checkpoint(TRUNCATE)');
      } catch {
        // A full disk: what was committed is safe in the log, and is moved by the next writer.
      } finally {
        db.close();
      }
    },
  };

  /** The document's record in the files is out of date: readers take it from SQLite until it is written again. */
  function relabel(change: Change, source: string): void {
    const insert = db.prepare(
      `INSERT OR IGNORE INTO relabelled SELECT key FROM documents WHERE source = ? AND ${LIVE}`,
    );
    change.manifest.relabelled += insert.run(source).changes;
  }
}

/** Bytes of the database and of the files beside it. */
function sizeOf(file: string, dir: string): number {
  let sum = statSync(file).size;
  for (const name of readdirSync(dir)) sum += statSync(join(dir, name)).size;
  return sum;
}
