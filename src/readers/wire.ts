import { type Counted, termCounter } from '../text/counter.ts';
import type { Chunk } from '../types.ts';

/**
 * Chunks on their way out of a worker. Cloning a map of strings per chunk costs more than making it, so each worker
 * names a term once and sends numbers afterwards.
 */
export interface WireBatch {
  /**
   * Of all chunks in turn, without ids and terms, as JSON: making and reading one string costs less than cloning its
   * many small objects.
   */
  chunks: string;
  /** Id of their document. */
  document: string;
  /** Terms not sent before, joined by line feeds; they continue the numbering. */
  fresh: string;
  /** Distinct terms of each chunk. */
  sizes: Uint32Array;
  /** Their numbers and counts, chunk after chunk. */
  terms: Uint32Array;
  counts: Uint32Array;
  /** The numbering starts again with this batch. */
  reset: boolean;
}

type Bare = Omit<Chunk, 'terms' | 'id' | 'document'>;

/** Terms that are numbered before the numbering starts again: bounds what both sides hold. */
const NUMBERED = 200_000;

export interface WireEncoder {
  countTerms(text: string): Counted;
  /** Chunks in the order in which their terms were counted. */
  encode(chunks: (Omit<Chunk, 'terms'> & { terms: Counted })[]): WireBatch;
}

export function wireEncoder(): WireEncoder {
  const counter = termCounter();
  let reset = false;
  return {
    countTerms: counter.count,
    encode(chunks) {
      const sizes = new Uint32Array(chunks.length);
      let total = 0;
      for (const [i, chunk] of chunks.entries()) total += sizes[i] = chunk.terms.terms.length;
      const terms = new Uint32Array(total);
      const counts = new Uint32Array(total);
      let at = 0;
      const bare = chunks.map(({ terms: counted, position, start, end, text, context, locator }): Bare => {
        terms.set(counted.terms, at);
        counts.set(counted.counts, at);
        at += counted.terms.length;
        return { position, start, end, text, context, locator };
      });
      const document = chunks[0]?.document ?? '';
      const fresh = counter.fresh().join('\n');
      const batch = { chunks: JSON.stringify(bare), document, fresh, sizes, terms, counts, reset };
      reset = counter.size > NUMBERED;
      if (reset) counter.reset();
      return batch;
    },
  };
}

/**
 * The other end. Takes the batches of one worker in order, because the names of terms come only once; their chunks are made when
 * they are asked for, in any order: a file may wait for the store while the next one of its worker is taken.
 */
export function wireDecoder(): (batch: WireBatch) => () => Chunk[] {
  let names: string[] = [];
  return ({ chunks, document, fresh, sizes, terms, counts, reset }) => {
    if (reset) names = [];
    if (fresh !== '') for (const name of fresh.split('\n')) names.push(name);
    const known = names;
    return () => {
      let at = 0;
      return (JSON.parse(chunks) as Bare[]).map(({ position, start, end, text, context, locator }, i) => {
        const counted = new Map<string, number>();
        for (const last = at + sizes[i]!; at < last; at++) counted.set(known[terms[at]!]!, counts[at]!);
        const id = `${document}:${position}`;
        return { id, document, position, start, end, text, context, locator, terms: counted };
      });
    };
  };
}
