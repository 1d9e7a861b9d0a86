import { createHash } from 'node:crypto';
import { RagError } from '../../errors.ts';
import { embeddingText } from '../../text/chunk.ts';
import { TOKENIZER_VERSION } from '../../text/tokenize.ts';
import type { Chunk } from '../../types.ts';
import type { Pending, Store, StoreReader } from '../store.ts';
import { CONTAINER, documentWriter, LIVE } from './documents.ts';
import { translate } from './faults.ts';
import { clearDrafts, discardDraft, prune, retokenize } from './maintain.ts';
import { mergeSegments, segmentWriter } from './postings.ts';
import type { Database } from './schema.ts';
import { appendVectors } from './vectors.ts';

function hashOf(chunk: Pick<Chunk, 'context' | 'text'>): Buffer {
  return createHash('sha256').update(embeddingText(chunk)).digest();
}

const PENDING_PAGE = 256;

export function writeSide(db: Database, file: string, reader: StoreReader): Store {
  const writer = documentWriter(db, hashOf);
  const setMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  const meta = db.prepare('SELECT value FROM meta WHERE key = ?').pluck();
  /** One transaction, its failures in our words. */
  const commit = async <T>(work: () => T): Promise<T> => {
    try {
      return db.transaction(work)();
    } catch (error) {
      throw translate(error, file);
    }
  };
  clearDrafts(db);
  if (meta.get('tokenizer') === undefined) rememberTokenizer();

  function rememberTokenizer(): void {
    setMeta.run('tokenizer', String(TOKENIZER_VERSION));
    setMeta.run('icu', process.versions.icu ?? '');
  }

  return {
    ...reader,
    put(puts, options) {
      return commit(() => {
        const now = puts[0]?.document.ingested ?? new Date().toISOString();
        for (const source of options?.removed ?? []) writer.remove(source, now);
        const segment = segmentWriter(db);
        for (const { document, chunks } of puts) {
          const key = writer.begin(document);
          writer.add(key, chunks, segment);
          writer.finish(key, document);
        }
        segment.flush();
      });
    },
    async draft(document) {
      const key = await commit(() => writer.begin(document));
      return {
        add: (chunks) =>
          commit(() => {
            const segment = segmentWriter(db);
            writer.add(key, chunks, segment);
            segment.flush();
          }),
        commit: (complete) => commit(() => writer.finish(key, complete)),
        discard: () => commit(() => discardDraft(db, key)),
      };
    },
    remove(source) {
      return commit(() => writer.remove(source, new Date().toISOString()));
    },
    touch(source, mtimeMs) {
      return commit(() => {
        db.prepare(`UPDATE documents SET mtime = ? WHERE source = ? AND ${LIVE}`).run(mtimeMs, source);
        db.prepare('UPDATE ledger SET mtime = ? WHERE source = ?').run(mtimeMs, source);
      });
    },
    label(source, { collection, tags }) {
      return commit(() => {
        const update = db.prepare(
          `UPDATE documents SET collection = coalesce(@collection, collection), tags = coalesce(@tags, tags)
           WHERE source = @source AND ${LIVE} AND (collection <> coalesce(@collection, collection) OR tags <> coalesce(@tags, tags))`,
        );
        const values = {
          source,
          collection: collection ?? null,
          tags: tags === undefined ? null : JSON.stringify(tags),
        };
        return update.run(values).changes > 0;
      });
    },
    note(source, { bytes, mtimeMs, sha256, problem, container }) {
      return commit(() => {
        db.prepare('DELETE FROM ledger WHERE source = ?').run(source);
        if (problem === undefined && !container) return;
        const { status, code, reason, version } = problem ?? { status: CONTAINER, code: '', reason: '', version: '' };
        db.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
          ...[source, bytes, mtimeMs, sha256, status, code, reason, version],
        );
      });
    },

    async *pending() {
      const keys = db
        .prepare(
          `SELECT min(c.key) FROM pending p JOIN chunks c ON c.key = p.chunk JOIN documents d ON d.key = c.doc
           WHERE d.since IS NOT NULL AND d.until IS NULL GROUP BY p.hash ORDER BY max(d.mtime) DESC, min(c.key)`,
        )
        .pluck()
        .all() as number[];
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
      return commit(() => {
        const known = meta.get('model') as string | undefined;
        if (known !== undefined && known !== model)
          throw new RagError('config', `this home holds vectors of ${known}; ${model} cannot be mixed in`, {
            hint: 'set the model back, or build all vectors anew with: rag embed --rebuild',
            zh: `此库中的向量来自 ${known}，不能混入 ${model}`,
          });
        const dimensions = vectors.values().next().value?.length;
        if (known === undefined && dimensions !== undefined) {
          setMeta.run('model', model);
          setMeta.run('dimensions', String(dimensions));
        }
        appendVectors(db, runtime, vectors);
      });
    },
    dropVectors() {
      return commit(() =>
        db.exec(`DELETE FROM blocks; DELETE FROM slots; DELETE FROM embedded; DELETE FROM pending;
          DELETE FROM meta WHERE key IN ('model', 'dimensions');
          INSERT INTO pending (hash, chunk) SELECT hash, key FROM chunks;`),
      ).then(() => {});
    },

    async retokenize(signal) {
      await commit(() => {
        retokenize(db, signal);
        rememberTokenizer();
      });
    },
    async compact() {
      const exists = db.prepare('SELECT 1 FROM chunks WHERE key = ?').pluck();
      await commit(() => mergeSegments(db, (key) => exists.get(key) !== undefined));
    },
    async prune() {
      const before = db.pragma('page_count', { simple: true }) as number;
      await commit(() => prune(db));
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
      const pages = before - (db.pragma('page_count', { simple: true }) as number);
      return Math.max(0, pages) * (db.pragma('page_size', { simple: true }) as number);
    },
    async close() {
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
}
