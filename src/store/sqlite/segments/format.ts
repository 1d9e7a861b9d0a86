/** A part of a segment file with one checksum over all of it. */
export interface Section {
  at: number;
  bytes: number;
  sum: number;
}

/**
 * An immutable file with everything about the chunks of one or more commits: their records, their documents' records, their
 * postings. Segments stand in the order of their commits, so chunk keys ascend from one to the next; within a segment a
 * chunk is named by its ordinal. All numbers are little-endian.
 */
export interface Segment {
  id: number;
  bytes: number;
  chunks: number;
  /** First and last chunk key; without gaps `keys` is left out. 0 and -1 if it has documents only. */
  first: number;
  last: number;
  /** u32 by ordinal. */
  keys?: Section;
  /** ENTRY bytes a chunk. */
  table: number;
  documents: number;
  /** DOCUMENT bytes a document, by key, and one more that ends the last record. */
  documentTable: number;
  /** It has documents whose chunks stand in other segments: looked up before the segment of the chunk. */
  late: boolean;
  /** First terms and places of the dictionary's blocks. */
  index: Section;
  blocks: number;
  /** u16 by ordinal: terms of each chunk. */
  lengths: Section;
}

/** Vectors in `rows.<generation>`, one a slot; codes of the first slots in `codes.<generation>`. */
export interface VectorFiles {
  generation: number;
  dimensions: number;
  slots: number;
  /** Which chunks have which vectors: `links.<generation>`. */
  links: number;
  /** `from`: blocks whose mean they are relative to. */
  codes?: { generation: number; blocks: number; from: number };
}

export interface Counts {
  documents: number;
  chunks: number;
  embedded: number;
  bytes: number;
  versions: number;
}

/** What makes a home at one moment: the row of SQLite's `manifest` table, and a copy of it as a file for readers without SQLite. */
export interface Manifest {
  format: number;
  /** Raised with each transaction. */
  commit: number;
  /** Names of files are never given out twice. */
  nextFile: number;
  tokenizer: number;
  icu: string;
  model?: string;
  dimensions?: number;
  runtimes: Record<string, number>;
  counts: Counts;
  /** Documents whose labels or time changed after their record was written: their records are read from SQLite until the next merge. */
  relabelled: number;
  segments: Segment[];
  /** Ranges of chunk keys that are no longer, or not yet, visible: `dead.<generation>`, entries of DEAD bytes. */
  dead: { generation: number; count: number };
  vectors?: VectorFiles;
  /** Another model's vectors: what `model` to `vectors` are for those in use. */
  shelf?: Shelf;
}

export interface Shelf {
  model: string;
  dimensions?: number;
  runtimes: Record<string, number>;
  embedded: number;
  vectors?: VectorFiles;
}

/** Chunk: sum u32, key, document key, position, start, end, bytes of the record, sum of the record (u32 each), its place (f64), document id (32 bytes). */
export const ENTRY = 72;
/** Document: key u32, sum of the record u32, place (f64). */
export const DOCUMENT = 16;
/** first u32, last u32, 1 = hidden or 0 = shown u32, sum u32. */
export const DEAD = 16;
/** Link: first chunk key u32, first slot u32, how many u32, sum u32. */
export const LINK = 16;
/** Slots of one block of codes, behind which its checksum stands (u32, padded to 8 bytes). */
export const CODE_BLOCK = 1024;

export const segmentFile = (id: number): string => `${id}.seg`;
export const deadFile = (generation: number): string => `${generation}.dead`;
export const rowsFile = (generation: number): string => `${generation}.rows`;
export const linksFile = (generation: number): string => `${generation}.links`;
export const codesFile = (generation: number): string => `${generation}.codes`;

/** Bytes of a vector's row: int8, padding, scale, checksum. */
export const strideOf = (dimensions: number): number => ((dimensions + 7) & ~7) + 8;
/** Bits of a vector's code. */
export const bitsOf = (dimensions: number): number => (dimensions + 63) & ~63;
