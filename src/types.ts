/** Where a piece of text stands in its file. Pages and slides count from 1, lines too. */
export interface Locator {
  page?: number;
  /** Heading path, outermost first. */
  heading?: string[];
  sheet?: string;
  /** Cells, e.g. `A2:F40`. */
  range?: string;
  slide?: number;
  line?: number;
  /** Part of a mail. */
  part?: string;
  /** Read by text recognition, with this mean confidence, 0 to 1. */
  ocr?: number;
}

/**
 * Whether text in images is recognised: `auto` on images and on pages without usable text, `force` on every PDF page. `absent`: it cannot
 * be done in this installation.
 */
export type OcrMode = 'auto' | 'force' | 'off' | 'absent';

/** `start` and `end` are UTF-16 offsets into the document's extracted text, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

export type Kind = 'prose' | 'table' | 'code';

/**
 * A piece of a document, in reading order. The document's extracted text is the plain concatenation of its sections'
 * texts, so a section carries its own line ends and separators.
 */
export interface Section {
  locator: Locator;
  text: string;
  /** Default prose. A table's lines and a code block's lines are never cut in the middle. */
  kind?: Kind;
  /** The header row of a table, repeated in the context of each chunk of it. */
  header?: string;
  /** The document's title; the first one given wins. */
  title?: string;
}

/** A file we could not read, or not all of. Stable words: they are shown by `ingest`, `list` and `--json`. */
export type ProblemCode =
  | 'encrypted'
  | 'corrupt'
  | 'too_large'
  | 'timeout'
  | 'memory'
  | 'unsupported'
  | 'excluded'
  | 'empty'
  | 'no_text'
  | 'ocr_low'
  | 'unreadable'
  | 'missing'
  | 'crashed'
  | 'disk_full';

export interface Problem {
  code: ProblemCode;
  reason: string;
}

export type FileStatus = 'added' | 'updated' | 'unchanged' | 'renamed' | 'removed' | 'skipped' | 'partial' | 'failed';

/** What of a document is not its text. `id = sha256(source + '\0' + sha256)` in hex. */
export interface Document {
  id: string;
  /** Path relative to the folder that holds `.rag/`, forward slashes; absolute outside it. */
  source: string;
  title: string;
  /** Sniffed type: `pdf`, `docx`, `markdown`, … */
  type: string;
  bytes: number;
  /** Digest of the file's bytes, hex. */
  sha256: string;
  mtimeMs: number;
  pages?: number;
  collection: string;
  tags: Record<string, string>;
  /** ISO time at which this version became visible. */
  ingested: string;
  status: 'ok' | 'partial';
  problem?: Problem;
  /** Where each section starts in the extracted text. `table`: it is one, with this header row; `true`, it goes on with the one before. */
  sections: { start: number; locator: Locator; table?: string | true }[];
}

/** What is known of a document once it has been read to the end. */
export interface Prepared {
  id: string;
  type: string;
  title: string;
  sha256: string;
  pages?: number;
  sections: Document['sections'];
  problem?: Problem;
}

/** A retrievable passage. The chunks of a document partition its extracted text: concatenated they are that text. */
export interface Chunk extends Span {
  /** `documentId:position` */
  id: string;
  document: string;
  position: number;
  /** Exactly `text.slice(start, end)` of the document. */
  text: string;
  /** Heading path, table header: indexed and embedded with the text, never quoted. */
  context: string;
  locator: Locator;
  /** Term → occurrences, of context and text, by `text/tokenize.ts`. */
  terms: Map<string, number>;
}

export interface Filter {
  /** Globs over `source`. */
  in?: string[];
  type?: string[];
  /** ISO dates over the file's modification time. */
  since?: string;
  until?: string;
  tags?: Record<string, string>;
  collection?: string;
  /** Any of these; with nothing in it, nothing passes. */
  collections?: string[];
  /** ISO time: what was visible then. */
  asOf?: string;
  /** Index terms side by side in the document's title; each of these, and none of those. */
  title?: string[][];
  notTitle?: string[][];
}

/** A question as the index sees it. Terms are index terms, made by `text/`. */
export interface LexicalQuery {
  /** Distinct terms of the question, stop words off (unless nothing else is left). OR semantics. */
  terms: string[];
  /** Terms the language bridge added: they score, but do not count towards a full match. */
  expanded: string[];
  /** What a word that was only begun may become. */
  begun: Begun[];
  /** Each must occur, its terms in this order side by side. */
  phrases: string[][];
  /** A chunk with one of these is out; one with spaces is words side by side. */
  exclude: string[];
}

/**
 * All of `terms` score as one term: a passage's occurrences of any of them, together. Where some current passage holds the word
 * itself (`word`, not one of them), they are worth so little that a passage with it comes before one with only them.
 */
export interface Begun {
  word: string;
  terms: string[];
}

/** What a store finds. `score` is the leg's own: BM25, or the cosine. */
export interface Hit {
  chunk: string;
  score: number;
}

/** A quote that can be checked: `quote === text.slice(start, end)` of the document's extracted text. */
export interface Citation {
  n: number;
  source: string;
  document: string;
  documentSha256: string;
  chunk: string;
  title: string;
  locator: Locator & Span;
  quote: string;
  /** Of the quote's UTF-8. */
  sha256: string;
  /** What stands around it (W3C text quote selector): tells where the quote is after text before it has changed. */
  prefix: string;
  suffix: string;
  warnings?: string[];
}

/** Progress of a flow; the CLI draws it, `--json` prints it as a line on stderr. */
export type Event =
  | { type: 'note'; message: string }
  | { type: 'warn'; message: string }
  | { type: 'scan'; files: number }
  | { type: 'file'; source: string; status: FileStatus; code?: ProblemCode; reason?: string }
  | {
      type: 'progress';
      done: number;
      total: number;
      unit: 'files' | 'chunks' | 'questions';
      rates: Record<string, number>;
      etaSeconds?: number;
    }
  | { type: 'step'; title: string; zh: string; number: number; total: number }
  | { type: 'token'; text: string };

export interface Io {
  report(event: Event): void;
  signal: AbortSignal;
}
