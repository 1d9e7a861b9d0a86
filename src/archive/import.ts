import { createHash } from 'node:crypto';
import { RagError } from '../errors.ts';
import { pace } from '../pipeline/progress.ts';
import type { Put, Store } from '../store/store.ts';
import { indexText } from '../text/chunk.ts';
import { countTerms, TOKENIZER_VERSION } from '../text/tokenize.ts';
import type { Chunk, Document, Io } from '../types.ts';
import { type DocumentLine, documentLine, type Manifest, type PassageLine, passageLine } from './manifest.ts';
import { checkPack, linesOf, partsOf } from './reader.ts';
import { decodeVectors, vectorBytes } from './vectors.ts';

export interface ImportInput {
  file: string;
  /** PEM; the pack must be signed with it. */
  publicKey?: string;
}

export interface ImportResult {
  documents: number;
  chunks: number;
  bytes: number;
  sha256: string;
  added: number;
  updated: number;
  unchanged: number;
  removed: number;
  vectors: number;
  /** Passages that have no vector yet, over the whole home. */
  pending: number;
}

/** Passages of one commit. */
const BATCH = 2000;
/** A document with more is written in pieces. */
const LARGE = 4000;
const VECTORS = 4096;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Takes in what a pack holds: its documents replace those of the same source, others stay. Everything is checked before
 * anything is written. Stopped in the middle, the same command goes on.
 */
export async function importPack(store: Store, input: ImportInput, io: Io): Promise<ImportResult> {
  const { file } = input;
  const { manifest, sha256: digest, bytes } = await checkPack(file, input.publicKey);
  await checkBase(store, file, manifest);
  const counts = { added: 0, updated: 0, unchanged: 0, removed: 0, vectors: 0 };
  const progress = pace(io, 'chunks');
  progress.total(manifest.chunks, 0);
  const own = manifest.tokenizer === TOKENIZER_VERSION && manifest.icu === (process.versions.icu ?? '');
  let batch: Put[] = [];
  let size = 0;
  const flush = async () => {
    if (batch.length > 0) await store.put(batch);
    batch = [];
    size = 0;
  };
  for await (const { line, passages } of documentsOf(file)) {
    io.signal.throwIfAborted();
    const present = await store.find(line.source);
    if (present?.id === line.id && sameLabels(present, line)) {
      counts.unchanged++;
      for await (const _ of passages) progress.chunks(1);
      continue;
    }
    counts[present === undefined ? 'added' : 'updated']++;
    const document = { ...line, ingested: new Date().toISOString() } as Document;
    const chunks = chunksOf(document, passages, own, () => progress.chunks(1));
    const first = await take(chunks, LARGE);
    if (first.length < LARGE) {
      batch.push({ document, chunks: first });
      size += first.length;
      if (size >= BATCH) await flush();
      continue;
    }
    await flush();
    const draft = await store.draft(document);
    try {
      for (let piece = first; piece.length > 0; piece = await take(chunks, LARGE)) await draft.add(piece);
      await draft.commit(document);
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }
  await flush();
  for (const source of manifest.removed) if (await store.remove(source)) counts.removed++;
  progress.end();
  counts.vectors = await putVectors(store, file, manifest, io);
  await store.compact();
  const { chunks, embedded } = await store.coverage();
  const { documents, chunks: passages } = manifest;
  return { documents, chunks: passages, bytes, sha256: digest, ...counts, pending: chunks - embedded };
}

/** A delta needs what it left out. */
async function checkBase(store: Store, file: string, { base }: Manifest): Promise<void> {
  if (base === undefined) return;
  for await (const line of linesOf(file, 'kept')) {
    const { source, id } = line as { source: string; id: string };
    const present = await store.find(source);
    if (present?.id === id) continue;
    throw new RagError(
      'refused',
      `${file} holds only what changed since another pack, and ${source} of that one is not here`,
      {
        hint: 'import the pack it was made against first (rag pack export --since)',
        zhHint: '请先导入它所依据的包（rag pack export --since）',
        zh: `${file} 只含相对另一个包的变更，而此库中没有其中的 ${source}`,
      },
    );
  }
}

function sameLabels(present: Document, line: DocumentLine): boolean {
  const labels = ({ collection, tags }: Pick<Document, 'collection' | 'tags'>) =>
    JSON.stringify([collection, Object.entries(tags).sort()]);
  return labels(present) === labels(line);
}

interface Incoming {
  line: DocumentLine;
  /** To be read before the next document. */
  passages: AsyncGenerator<PassageLine>;
}

async function* documentsOf(file: string): AsyncGenerator<Incoming> {
  const lines = linesOf(file, 'documents');
  let next = await lines.next();
  while (!next.done) {
    const { document } = next.value as { document: unknown };
    const line = documentLine.parse(document);
    if (line.id !== sha256(`${line.source}\0${line.sha256}`))
      throw new RagError('verify', `${file}: the document ${line.source} has an id that is not its own`);
    next = await lines.next();
    const passages = (async function* () {
      while (!next.done && 'passage' in (next.value as object)) {
        yield passageLine.parse((next.value as { passage: unknown }).passage);
        next = await lines.next();
      }
    })();
    yield { line, passages };
    for await (const _ of passages);
  }
}

async function* chunksOf(
  document: Document,
  passages: AsyncIterable<PassageLine>,
  own: boolean,
  seen: () => void,
): AsyncGenerator<Chunk> {
  let start = 0;
  let position = 0;
  for await (const { text, context, locator, terms } of passages) {
    const counted = own ? paired(terms) : countTerms(indexText({ context, text }));
    yield {
      ...{ id: `${document.id}:${position}`, document: document.id, position, start, end: start + text.length },
      ...{ text, context, locator, terms: counted },
    };
    start += text.length;
    position++;
    seen();
  }
}

function paired(flat: (string | number)[]): Map<string, number> {
  const terms = new Map<string, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) terms.set(String(flat[i]), Number(flat[i + 1]));
  return terms;
}

async function take<T>(items: AsyncGenerator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await items.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** None if the home has another model's: its passages then wait for that one. */
async function putVectors(store: Store, file: string, { model, dimensions }: Manifest, io: Io): Promise<number> {
  if (model === undefined || dimensions === undefined) return 0;
  const { model: present } = await store.fingerprint();
  if (present !== undefined && present !== model) {
    io.report({
      type: 'warn',
      message: `the pack has vectors of ${model}, this home of ${present}: they were left out (rag embed makes them)`,
    });
    return 0;
  }
  let count = 0;
  let batch = new Map<string, Float32Array>();
  const flush = async () => {
    if (batch.size > 0) await store.putVectors(model, 'pack', batch);
    count += batch.size;
    batch = new Map();
  };
  let rest: Buffer = Buffer.alloc(0);
  const stride = vectorBytes(dimensions);
  for await (const part of partsOf(file, 'vectors')) {
    io.signal.throwIfAborted();
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    for (const [hash, vector] of decodeVectors(bytes, dimensions)) {
      batch.set(hash, vector);
      if (batch.size >= VECTORS) await flush();
    }
    rest = bytes.subarray(bytes.length - (bytes.length % stride));
  }
  await flush();
  return count;
}
