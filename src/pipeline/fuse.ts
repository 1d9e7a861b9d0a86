import { idf, K1 } from '../text/bm25.ts';

export interface Candidate {
  chunk: string;
  /** 0 if it matches no term. */
  bm25: number;
  /** True cosine to the question; absent while the chunk has no vector. */
  cosine?: number;
}

export interface Fused {
  chunk: string;
  score: number;
}

export interface FuseOptions {
  /** `fullMatch` of the question's original terms. */
  bound: number;
  /** Share of the index's chunks that have a vector, 0 … 1. */
  coverage: number;
  /** Of the lexical half; .5 is within .002 of the best on every set measured. */
  weight?: number;
}

/** Below it the vectors of a half-embedded index would only favour the chunks that happen to have one. */
const MIN_COVERAGE = 0.1;

/**
 * The most that BM25 can give to a question: the sum of idf · (k1 + 1) over its ORIGINAL terms. Terms added by the language bridge
 * stay out: with them in it, the best Chinese match of an English question would count as a weak one.
 */
export function fullMatch(terms: readonly string[], stats: { chunks: number; df: Map<string, number> }): number {
  let sum = 0;
  for (const term of terms) sum += idf(stats.chunks, stats.df.get(term) ?? 0) * (K1 + 1);
  return sum;
}

/**
 * Convex combination of BM25 and cosine, best first; equal scores by chunk id.
 * BM25 is divided by the list's best, but by no less than half a full match, so that a lone accidental word counts little; cosines are
 * stretched to 0 … 1 over the candidates, because they lie in a narrow band whose place depends on the languages.
 */
export function fuse(candidates: readonly Candidate[], options: FuseOptions): Fused[] {
  const cosines = candidates.flatMap((candidate) => candidate.cosine ?? []);
  const dense = options.coverage >= MIN_COVERAGE && cosines.length > 0;
  const weight = dense ? (options.weight ?? 0.5) : 1;
  const low = Math.min(...cosines);
  const spread = Math.max(...cosines) - low;
  const top = Math.max(0.5 * options.bound, ...candidates.map((candidate) => candidate.bm25));
  const fused = candidates.map(({ chunk, bm25, cosine }) => {
    const lexical = top > 0 ? bm25 / top : 0;
    const vector = dense && cosine !== undefined && spread > 0 ? (cosine - low) / spread : 0;
    return { chunk, score: weight * lexical + (1 - weight) * vector };
  });
  return fused.sort((a, b) => b.score - a.score || (a.chunk < b.chunk ? -1 : a.chunk > b.chunk ? 1 : 0));
}
