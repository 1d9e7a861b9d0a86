import { createHash } from 'node:crypto';
import { pace } from '../pipeline/progress.ts';
import type { StoreReader } from '../store/store.ts';
import { embeddingText, indexText } from '../text/chunk.ts';
import { countTerms, TOKENIZER_VERSION } from '../text/tokenize.ts';
import type { Document, Io } from '../types.ts';
import { type DocumentLine, FORMAT } from './manifest.ts';
import { checkPack, linesOf } from './reader.ts';
import { encodeVector } from './vectors.ts';
import { packWriter } from './writer.ts';

export interface ExportInput {
  target: string;
  /** A pack: only what is not in it, or not so, goes into this one. */
  since?: string;
  /** Ed25519, PEM. */
  privateKey?: string;
}

export interface PackResult {
  documents: number;
  chunks: number;
  vectors: number;
  bytes: number;
  sha256: string;
}

/** Texts whose vectors are asked for at once. */
const BATCH = 256;

/**
 * Writes the current documents with their passages, terms and vectors into one file. What was ingested when, and versions before,
 * stay here: they are this home's history.
 */
export async function exportPack(store: StoreReader, input: ExportInput, io: Io): Promise<PackResult> {
  const base = input.since === undefined ? undefined : await readBase(input.since);
  const { model, dimensions } = await store.fingerprint();
  const coverage = await store.coverage();
  const progress = pace(io, 'chunks');
  progress.total(coverage.chunks, 0);
  const writer = await packWriter(input.target);
  try {
    const counts = { documents: 0, chunks: 0, vectors: 0 };
    const known = new Set<string>();
    let waiting: string[] = [];
    const vectors = async () => {
      const found = await store.vectors(waiting);
      for (const hash of waiting) {
        const vector = found.get(hash);
        if (vector === undefined) continue;
        await writer.vector(encodeVector(hash, vector));
        counts.vectors++;
      }
      waiting = [];
    };
    for await (const document of store.documents()) {
      const line = lineOf(document);
      const state = stateOf(line);
      const before = base?.documents.get(document.source);
      base?.documents.delete(document.source);
      if (before === state) {
        await writer.line('kept', { source: document.source, id: document.id, state });
        continue;
      }
      counts.documents++;
      await writer.line('documents', { document: line });
      for await (const { text, context, locator } of store.chunks(document)) {
        io.signal.throwIfAborted();
        const terms = [...countTerms(indexText({ context, text }))].flat();
        await writer.line('documents', { passage: { text, context, locator, terms } });
        counts.chunks++;
        const hash = createHash('sha256').update(embeddingText({ context, text })).digest('hex');
        if (!known.has(hash)) waiting.push(hash);
        known.add(hash);
        if (waiting.length >= BATCH) await vectors();
        progress.chunks(1);
      }
    }
    await vectors();
    progress.end();
    const made = model === undefined || counts.vectors === 0 ? {} : { model, dimensions: dimensions! };
    const written = await writer.end(
      {
        ...{ format: FORMAT, ...counts, ...made, tokenizer: TOKENIZER_VERSION, icu: process.versions.icu ?? '' },
        ...(base === undefined ? {} : { base: base.id }),
        removed: [...(base?.documents.keys() ?? [])].sort(),
      },
      input.privateKey,
    );
    return { ...counts, ...written };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** In one order of names, whatever the home. */
function lineOf(document: Document): DocumentLine {
  const { id, source, title, type, bytes, sha256, mtimeMs, pages, collection, tags, status, problem, sections } =
    document;
  return {
    ...{ id, source, title, type, bytes, sha256, mtimeMs, ...(pages === undefined ? {} : { pages }), collection },
    tags: Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...{ status, ...(problem === undefined ? {} : { problem }), sections },
  };
}

/** What must be equal for a document to be left out of a delta: all that a pack says of it but its time. */
function stateOf({ mtimeMs: _, ...line }: DocumentLine): string {
  return createHash('sha256').update(JSON.stringify(line)).digest('hex');
}

async function readBase(file: string): Promise<{ id: string; documents: Map<string, string> }> {
  const { id } = await checkPack(file);
  const documents = new Map<string, string>();
  for await (const line of linesOf(file, 'documents')) {
    const { document } = line as { document?: DocumentLine };
    if (document) documents.set(document.source, stateOf(document));
  }
  // A delta stands on what it left as it was, too.
  for await (const line of linesOf(file, 'kept')) {
    const { source, state } = line as { source: string; state: string };
    documents.set(source, state);
  }
  return { id, documents };
}
