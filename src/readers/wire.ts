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

export function wireEncoder(): (chunks: Chunk[]) => WireBatch {
  const numbers = new Map<string, number>();
  return (chunks) => {
    const reset = numbers.size > NUMBERED;
    if (reset) numbers.clear();
    const fresh: string[] = [];
    const total = chunks.reduce((sum, chunk) => sum + chunk.terms.size, 0);
    const sizes = new Uint32Array(chunks.length);
    const terms = new Uint32Array(total);
    const counts = new Uint32Array(total);
    let at = 0;
    const bare = chunks.map(({ terms: counted, id: _, document: __, ...chunk }, i) => {
      sizes[i] = counted.size;
      for (const [term, count] of counted) {
        let number = numbers.get(term);
        if (number === undefined) {
          number = numbers.size;
          numbers.set(term, number);
          fresh.push(term);
        }
        terms[at] = number;
        counts[at++] = count;
      }
      return chunk;
    });
    const document = chunks[0]?.document ?? '';
    return { chunks: JSON.stringify(bare), document, fresh: fresh.join('\n'), sizes, terms, counts, reset };
  };
}

/** The other end; batches of one worker, in order. */
export function wireDecoder(): (batch: WireBatch) => Chunk[] {
  let names: string[] = [];
  return ({ chunks, document, fresh, sizes, terms, counts, reset }) => {
    if (reset) names = [];
    if (fresh !== '') names.push(...fresh.split('\n'));
    let at = 0;
    const bare = JSON.parse(chunks) as Omit<Chunk, 'terms' | 'id' | 'document'>[];
    return bare.map((chunk, i) => {
      const counted = new Map<string, number>();
      for (const end = at + sizes[i]!; at < end; at++) counted.set(names[terms[at]!]!, counts[at]!);
      return { ...chunk, id: `${document}:${chunk.position}`, document, terms: counted };
    });
  };
}
