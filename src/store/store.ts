import type { Chunk, Document, Filter, Hit, LexicalQuery, Problem } from '../types.ts';

export interface Put {
  document: Document;
  chunks: Chunk[];
}

/** A document too large to hold at once: invisible until `commit`, gone after `discard` or a crash. */
export interface Draft {
  add(chunks: Chunk[]): Promise<void>;
  /** Makes it visible, with what was only known at the end (sections, pages, status). */
  commit(document: Document): Promise<void>;
  discard(): Promise<void>;
}

/** What tells whether a file changed since it was last looked at. */
export interface Stamp {
  bytes: number;
  mtimeMs: number;
  sha256: string;
  /** Set when the file could not be (fully) read by this version of rag. */
  problem?: Problem & { status: 'skipped' | 'partial' | 'failed'; version: string };
  document: boolean;
  /** An archive: no document, but its members are known as `source!/name`. */
  container?: true;
  collection: string;
  tags: Record<string, string>;
}

/** A passage to show: the chunk without its terms, and its document. */
export interface Passage {
  chunk: Omit<Chunk, 'terms'>;
  document: Document;
}

/** A text without a vector. `hash` is its SHA-256 in hex: equal texts are embedded once. */
export interface Pending {
  hash: string;
  text: string;
}

export interface Coverage {
  documents: number;
  chunks: number;
  embedded: number;
  /** Bytes of the files that the documents came from. */
  bytes: number;
  /** Old versions kept for `--as-of`. */
  versions: number;
}

/** What the index was made with. A difference to the running program is caught and named, never mixed. */
export interface Fingerprint {
  format: number;
  tokenizer: number;
  icu: string;
  /** The embedder's id; undefined before the first vector. */
  model?: string;
  dimensions?: number;
  /** Which runtimes made vectors, with counts. */
  runtimes: Record<string, number>;
  /** Another model's vectors, kept beside those in use. */
  shelf?: { model: string; embedded: number };
}

/** One consistent view of a home. Throws RagError('unavailable') for what a retry may cure. */
export interface StoreReader {
  fingerprint(): Promise<Fingerprint>;
  coverage(): Promise<Coverage>;
  /** Every known file, by source. */
  stamps(): Promise<Map<string, Stamp>>;
  find(source: string, asOf?: string): Promise<Document | undefined>;
  /** Ordered by source. */
  documents(filter?: Filter): AsyncIterable<Document>;
  chunkCount(document: Document): Promise<number>;
  /** The extracted text, piece by piece. */
  text(document: Document): AsyncIterable<string>;
  /** Its passages in reading order. */
  chunks(document: Document): AsyncIterable<Passage['chunk']>;
  /** Passages by chunk id; unknown ids are left out. */
  read(ids: string[]): Promise<Map<string, Passage>>;
  /** Vectors by hash, as they are kept: put again, they are the same. Unknown hashes are left out. */
  vectors(hashes: string[]): Promise<Map<string, Float32Array>>;

  searchText(query: LexicalQuery, limit: number, filter?: Filter): Promise<Hit[]>;
  searchVector(vector: Float32Array, limit: number, filter?: Filter): Promise<Hit[]>;
  /** Both scores of each chunk: fusion needs both for every candidate. No cosine where there is no vector. */
  score(ids: string[], query: LexicalQuery, vector?: Float32Array): Promise<Map<string, Score>>;
  termStats(terms: string[]): Promise<{ chunks: number; df: Map<string, number> }>;
  /** The same home with the shelf's vectors in use. Throws RagError('not_found') if there is no shelf. The caller closes it. */
  onShelf(): Promise<StoreReader>;
  /**
   * The same home as if it held these collections alone: searches, ids, counts, vocabulary, and what words are worth. Of the files that gave
   * no document those are there whose names are in a space of these collections (`space.ts`). Closed with the one it was made from.
   */
  onlyIn(collections: string[]): Promise<StoreReader>;
  /** Terms of current chunks that begin so, with how many have each: the `limit` most frequent, these first. */
  termsFrom(prefix: string, limit: number): Promise<Map<string, number>>;
  /** What is damaged, a line each; empty if all is well. */
  check(): Promise<string[]>;
  close(): Promise<void>;
}

export interface Score {
  bm25: number;
  cosine?: number;
  /** An exclusion or a missing phrase of the query says no. */
  excluded?: true;
}

/** The one writer. Every driver passes test/contract/store.ts. */
export interface Store extends StoreReader {
  /** Each document supersedes the previous version of its source (kept for `--as-of`). `removed` sources go. All in one step: a reader sees all or none. */
  put(puts: Put[], options?: { removed?: string[] }): Promise<void>;
  draft(document: Document): Promise<Draft>;
  /** Resolves to whether the source was known. */
  remove(source: string): Promise<boolean>;
  /** The file is the same though its time changed. */
  touch(source: string, mtimeMs: number): Promise<void>;
  /** Changes what the user says of a document; resolves to whether anything changed. */
  label(source: string, labels: { collection?: string; tags?: Record<string, string> }): Promise<boolean>;
  /** Remembers a file that gave no document, so that it is not read again before it changes: one with a problem, or a container. */
  note(source: string, stamp: Stamp): Promise<void>;

  /** Chunks without a vector, newest file first, equal texts once; with the shelf's model, those without one there; those of some collections. */
  pending(model?: string, collections?: string[]): AsyncIterable<Pending>;
  /**
   * Vectors by hash; repeats are no-ops. Those of the shelf's model go there. Throws RagError('config') if the index holds
   * another model's vectors.
   */
  putVectors(model: string, runtime: string, vectors: Map<string, Float32Array>): Promise<void>;
  /** Forgets all vectors, to begin again with another model. */
  dropVectors(): Promise<void>;
  /** Makes room for this model's vectors beside those in use, or goes on with the room it has; another model's is given up. */
  shelve(model: string): Promise<void>;
  /** What was on the shelf is in use, and the other way round, in one step. Throws RagError('not_found') if there is no shelf. */
  switchShelf(): Promise<void>;
  dropShelf(): Promise<void>;

  /** Makes all terms again from the stored text, after a change of tokenizer or ICU. */
  retokenize(signal?: AbortSignal): Promise<void>;
  /**
   * Makes all that is derived anew, without reading what may be damaged. Resolves to the number of vectors that were lost:
   * their chunks wait for one again.
   */
  repair(signal?: AbortSignal): Promise<number>;
  /** Merges small segments; cheap when there is nothing to do. */
  compact(): Promise<void>;
  /** Removes superseded versions and what nothing refers to. Resolves to the bytes given back. */
  prune(): Promise<number>;
}
