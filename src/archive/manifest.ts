import * as z from 'zod';
import type { Locator } from '../types.ts';

/**
 * A `.ragpack` is a tar file: `documents/*.jsonl.deflate`, `vectors/*.bin.deflate`, in a delta `kept.jsonl.deflate`, then `pack.json`
 * (this manifest), and `pack.json.sig` if it is signed. The manifest comes last, with the digest of every part: what is cut off has
 * none. The same content gives the same bytes: no times, no names of users or machines, documents by source, vectors by first use.
 */
export const FORMAT = 1;
export const MANIFEST = 'pack.json';
export const SIGNATURE = 'pack.json.sig';

/** Bytes of a part before it is packed; what a reader must hold. */
export const PART = 4 << 20;
/** No part of ours is larger; what claims to be is not unpacked. */
export const LARGEST_PART = 64 << 20;

const count = z.int().min(0);
const hex = z.string().regex(/^[0-9a-f]{64}$/);

export const manifest = z.object({
  format: z.literal(FORMAT),
  documents: count,
  chunks: count,
  vectors: count,
  /** Embedder's id of the vectors, and their length. */
  model: z.string().optional(),
  dimensions: z.int().min(1).max(65_536).optional(),
  /** The terms were made by this tokenizer and Unicode version. */
  tokenizer: count,
  icu: z.string(),
  /** A delta: only what changed since the pack whose manifest has this digest. */
  base: hex.optional(),
  /** Sources that were in the base and are gone. */
  removed: z.array(z.string()),
  parts: z.array(z.object({ name: z.string(), bytes: count, sha256: hex })),
});
export type Manifest = z.infer<typeof manifest>;

const locator = z.custom<Locator>((value) => typeof value === 'object' && value !== null);

/** A line of `documents/`: a document, then its passages in order. Start, end and position of a passage follow from the texts. */
export const documentLine = z.object({
  id: hex,
  source: z.string().min(1),
  title: z.string(),
  type: z.string(),
  bytes: count,
  sha256: hex,
  mtimeMs: z.number(),
  pages: count.optional(),
  collection: z.string(),
  tags: z.record(z.string(), z.string()),
  status: z.enum(['ok', 'partial']),
  problem: z.object({ code: z.string(), reason: z.string() }).optional(),
  sections: z.array(z.object({ start: count, locator, table: z.union([z.string(), z.literal(true)]).optional() })),
});
export type DocumentLine = z.infer<typeof documentLine>;

export const passageLine = z.object({
  text: z.string(),
  context: z.string(),
  locator,
  /** Term, occurrences, term, … */
  terms: z.array(z.union([z.string(), count])),
});
export type PassageLine = z.infer<typeof passageLine>;

export type Line = { document: DocumentLine } | { passage: PassageLine };
