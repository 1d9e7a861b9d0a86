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
      const sizes = Uint32Array.from(chunks, ({ terms }) => terms.terms.length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const terms = new Uint32Array(total);
      const counts = new Uint32Array(total);
      let at = 0;
      const bare = chunks.map(({ terms: counted, id: _, document: __, ...chunk }) => {
        terms.set(counted.terms, at);
        counts.set(counted.counts, at);
        at += counted.terms.length;
        return chunk;
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

/** The other end; batches of one worker, in order. */
export function wireDecoder(): (batch: WireBatch) => Chunk[] {
  let names: string[] = [];
  return ({ chunks, document, fresh, sizes, terms, counts, reset }) => {
    if (reset) names = [];
    if (fresh !== '') for (const name of fresh.split('\n')) names.push(name);
    let at = 0;
    const bare = JSON.parse(chunks) as Omit<Chunk, 'terms' | 'id' | 'document'>[];
    return bare.map((chunk, i) => {
      const counted = new Map<string, number>();
      for (const end = at + sizes[i]!; at < end; at++) counted.set(names[terms[at]!]!, counts[at]!);
      return { ...chunk, id: `${document}:${chunk.position}`, document, terms: counted };
    });
  };
}
