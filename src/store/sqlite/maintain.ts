import { join } from 'node:path';
import { indexText } from '../../text/chunk.ts';
import { countTerms, TOKENIZER_VERSION } from '../../text/tokenize.ts';
import { type ChunkRow, type DocumentRow, LIVE, toChunk, toDocument } from './documents.ts';
import type { Database } from './schema.ts';
import { segmentBuilder } from './segments/builder.ts';
import type { Change } from './segments/change.ts';
import { deadFile, type Manifest, segmentFile } from './segments/format.ts';
import type { Kernel } from './segments/kernel.ts';
import { mergeSegments } from './segments/merge.ts';
import { withSegments } from './segments/open.ts';
import { LARGEST } from './segments/policy.ts';
import { type Ranges, touches } from './segments/ranges.ts';

/** Chunks whose terms are made again in one segment. */
const BATCH = 8192;

/** Large documents whose writer died before they became visible: their chunks stay hidden. */
export function clearDrafts(db: Database): void {
  removeDocuments(db, 'since IS NULL');
}

export function discardDraft(db: Database, key: number): void {
  removeDocuments(db, `since IS NULL AND key = ${key}`);
}

/** Rows of superseded versions. */
export function clearVersions(db: Database): void {
  removeDocuments(db, 'until IS NOT NULL');
}

function removeDocuments(db: Database, where: string): void {
  const keys = db.prepare(`SELECT key FROM documents WHERE ${where}`).pluck().all() as number[];
  const runs = db.prepare('SELECT first, last FROM runs WHERE doc = ?');
  const forChunks = ['chunks WHERE key', 'embedded WHERE chunk', 'pending WHERE chunk'].map((from) =>
    db.prepare(`DELETE FROM ${from} BETWEEN ? AND ?`),
  );
  const rest = [db.prepare('UPDATE runs SET doc = 0 WHERE doc = ?'), db.prepare('DELETE FROM documents WHERE key = ?')];
  db.transaction(() => {
    for (const key of keys) {
      for (const { first, last } of runs.all(key) as { first: number; last: number }[])
        for (const statement of forChunks) statement.run(first, last);
      for (const statement of rest) statement.run(key);
    }
  })();
}

/** Merges neighbours, each given as [from, to) among the manifest's segments. `drop`: chunk keys left out for good. */
export function merge(dir: string, kernel: Kernel, change: Change, groups: [number, number][], drop: Ranges): void {
  withSegments(dir, change.manifest, kernel, (snapshot) => {
    for (const [from, to] of groups) {
      const sources = snapshot.segments.slice(from, to);
      const id = change.fresh();
      change.made(segmentFile(id));
      const merged = mergeSegments(snapshot, kernel, sources, drop, join(dir, segmentFile(id)), id)!;
      const empty = merged.chunks === 0 && merged.documents === 0;
      change.replace(new Set(sources.map(({ toc }) => toc.id)), empty ? undefined : merged);
    }
  });
}

/** Groups of neighbours in which something is dropped, or which fit together into one. */
export function groupsForPruning(manifest: Manifest, drop: Ranges): [number, number][] {
  const groups: [number, number][] = [];
  const { segments } = manifest;
  for (let from = 0; from < segments.length; ) {
    let to = from + 1;
    let sum = segments[from]!.chunks;
    while (to < segments.length && sum + segments[to]!.chunks <= LARGEST) sum += segments[to++]!.chunks;
    const group = segments.slice(from, to);
    if (to - from > 1 || group.some(({ first, last }) => touches(drop, first, last))) groups.push([from, to]);
    from = to;
  }
  return groups;
}

/**
 * All segments anew from the rows of SQLite, with the terms that the present tokenizer makes of the stored text. The old ones
 * are not read.
 */
export function rebuild(db: Database, dir: string, kernel: Kernel, change: Change, signal?: AbortSignal): void {
  const { manifest } = change;
  manifest.segments = [];
  manifest.dead = { generation: change.fresh(), count: 0 };
  change.made(deadFile(manifest.dead.generation));
  const page = db.prepare(
    `SELECT key, doc, position, start, end, context, locator, text FROM chunks WHERE key > ? ORDER BY key LIMIT ${BATCH}`,
  );
  const document = db.prepare('SELECT * FROM documents WHERE key = ?');
  const firstOf = db.prepare('SELECT min(first) FROM runs WHERE doc = ?').pluck();
  const written = new Set<number>();
  for (let last = 0; ; ) {
    signal?.throwIfAborted();
    const rows = page.all(last) as (ChunkRow & { doc: number })[];
    if (rows.length === 0) break;
    const id = change.fresh();
    change.made(segmentFile(id));
    const builder = segmentBuilder(kernel, join(dir, segmentFile(id)), id);
    const documents = new Map<number, DocumentRow>();
    for (const row of rows) {
      let owner = documents.get(row.doc);
      if (owner === undefined) documents.set(row.doc, (owner = document.get(row.doc) as DocumentRow));
      builder.chunk(row.key, row.doc, toChunk(owner.id, row), countTerms(indexText(row)));
    }
    // A document that goes on in the next segment gets a record there too, which then stands for its first chunks as well.
    for (const [key, row] of documents) {
      builder.document(key, toDocument(row), written.has(key) || (firstOf.get(key) as number) < rows[0]!.key);
      written.add(key);
    }
    manifest.segments.push(builder.finish()!);
    last = rows.at(-1)!.key;
  }
  hideOld(db, change);
  db.exec('DELETE FROM relabelled');
  manifest.relabelled = 0;
  recount(db, manifest);
  manifest.tokenizer = TOKENIZER_VERSION;
  manifest.icu = process.versions.icu ?? '';
}

/** Chunks of versions that are not current. */
function hideOld(db: Database, change: Change): void {
  const runs = db
    .prepare(
      `SELECT r.first, r.last FROM runs r JOIN documents d ON d.key = r.doc WHERE NOT (d.since IS NOT NULL AND d.until IS NULL)`,
    )
    .raw();
  for (const [first, last] of runs.all() as [number, number][]) change.hide(first, last);
}

/** The counts, from the rows. */
export function recount(db: Database, manifest: Manifest): void {
  const sums = db
    .prepare(
      `SELECT count(*) AS documents, coalesce(sum(chunks), 0) AS chunks, coalesce(sum(bytes), 0) AS bytes
       FROM documents WHERE ${LIVE}`,
    )
    .get() as { documents: number; chunks: number; bytes: number };
  const embedded = db
    .prepare(
      `SELECT count(*) FROM embedded e JOIN chunks c ON c.key = e.chunk JOIN documents d ON d.key = c.doc
       WHERE d.since IS NOT NULL AND d.until IS NULL`,
    )
    .pluck()
    .get() as number;
  const versions = db.prepare('SELECT count(*) FROM documents WHERE until IS NOT NULL').pluck().get() as number;
  manifest.counts = { ...sums, embedded, versions };
}

/** Records of documents whose labels changed, written again as they are now. */
export function writeRelabelled(db: Database, change: Change): void {
  const rows = db
    .prepare(`SELECT d.* FROM relabelled r JOIN documents d ON d.key = r.doc ORDER BY d.key`)
    .all() as DocumentRow[];
  for (const row of rows) change.segment.document(row.key, toDocument(row), true);
  db.exec('DELETE FROM relabelled');
  change.manifest.relabelled = 0;
}
