import { AVERAGE_LENGTH, idf, impact } from '../../src/text/bm25.ts';
import type { LexicalQuery } from '../../src/types.ts';

interface Postings {
  chunks: number[];
  counts: number[];
}

/** Exact BM25 in memory: what each store's ranking is compared with. */
export interface Lexical {
  chunks: number;
  average: number;
  df(term: string): number;
  /** Chunk number → score, of all chunks that match a term. */
  scores(query: Pick<LexicalQuery, 'terms' | 'expanded'>, average?: number): Map<number, number>;
}

export function openLexical(chunks: readonly Map<string, number>[]): Lexical {
  const postings = new Map<string, Postings>();
  const lengths = chunks.map((terms, chunk) => {
    let length = 0;
    for (const [term, count] of terms) {
      length += count;
      const list = postings.get(term) ?? { chunks: [], counts: [] };
      list.chunks.push(chunk);
      list.counts.push(count);
      postings.set(term, list);
    }
    return length;
  });
  const df = (term: string): number => postings.get(term)?.chunks.length ?? 0;
  return {
    chunks: chunks.length,
    average: lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length),
    df,
    scores(query, average = AVERAGE_LENGTH) {
      const scores = new Map<number, number>();
      for (const term of new Set([...query.terms, ...query.expanded])) {
        const list = postings.get(term);
        const weight = idf(chunks.length, df(term));
        list?.chunks.forEach((chunk, i) => {
          const add = weight * impact(list.counts[i]!, lengths[chunk]!, average);
          scores.set(chunk, (scores.get(chunk) ?? 0) + add);
        });
      }
      return scores;
    },
  };
}
