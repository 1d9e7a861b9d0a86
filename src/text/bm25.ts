/** BM25 as every store computes it, so that ranking is the same in every home. */
export const K1 = 1.2;
export const B = 0.75;

/**
 * Index terms of a chunk, in place of the live average, so that a chunk's weights never change with its neighbours. Chunks of 300
 * tokens have 110 to 190; from 160 to 260 no set of test/eval moves by more than .003 nDCG@10, 120 costs SciFact .006.
 */
export const AVERAGE_LENGTH = 200;

/** Weight of a term that `n` of `chunks` chunks hold; never negative (Lucene's form). */
export const idf = (chunks: number, n: number): number => Math.log(1 + (chunks - n + 0.5) / (n + 0.5));

/** Share of a term's idf that `tf` occurrences in a chunk of `length` terms earn: 0 … K1 + 1. */
export const impact = (tf: number, length: number, average: number = AVERAGE_LENGTH): number =>
  (tf * (K1 + 1)) / (tf + K1 * (1 - B + (B * length) / average));

/**
 * What a word's continuations are worth beside the word itself: times K1 + 1, the most that occurrences can earn, it is less than
 * one occurrence earns in a chunk of up to 600 terms.
 */
export const BESIDE = 0.25;
