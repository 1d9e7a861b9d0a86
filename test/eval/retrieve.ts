import { fullMatch, fuse } from '../../src/pipeline/fuse.ts';
import { chunkSections, embeddingText, indexText } from '../../src/text/chunk.ts';
import { parseQuery } from '../../src/text/query.ts';
import { countTerms } from '../../src/text/tokenize.ts';
import { openLexical } from './lexical.ts';
import { mean, ndcg, recall } from './metrics.ts';
import type { EvalSet } from './sets.ts';
import { dot, type Vectors } from './vectors.ts';

export interface EvalOptions {
  aimTokens?: number;
  average?: number;
  vectors?: Vectors;
  countTokens(text: string): number;
  expand?(question: string): string[];
}

export interface Scores {
  chunks: number;
  averageLength: number;
  ndcg: Record<string, number>;
  recall: Record<string, number>;
}

const CANDIDATES = 100;
const HITS = 30;

interface EvalChunk {
  source: string;
  embedding: string;
  terms: Map<string, number>;
}

async function chunksOf(set: EvalSet, options: EvalOptions): Promise<EvalChunk[]> {
  const chunks: EvalChunk[] = [];
  const limits = {
    maxTokens: 400,
    countTokens: options.countTokens,
    ...(options.aimTokens ? { aimTokens: options.aimTokens } : {}),
  };
  for (const { source, sections } of set.documents) {
    for await (const passage of chunkSections(sections, limits)) {
      chunks.push({
        source,
        embedding: `passage: ${embeddingText(passage)}`,
        terms: countTerms(indexText(passage)),
      });
    }
  }
  return chunks;
}

const best = (scores: Iterable<[number, number]>, limit: number): number[] =>
  [...scores]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, limit)
    .map(([chunk]) => chunk);

/** The first occurrence of each source among the best chunks, as the protocol of the ranking rows says. */
const sourcesOf = (ranked: readonly number[], chunks: readonly EvalChunk[]): string[] => [
  ...new Set(ranked.slice(0, HITS).map((chunk) => chunks[chunk]!.source)),
];

/** Chunk, index, embed and ask as `rag` does, in memory. */
export async function evaluate(set: EvalSet, options: EvalOptions): Promise<Scores> {
  const chunks = await chunksOf(set, options);
  const lexical = openLexical(chunks.map((chunk) => chunk.terms));
  const vectors: Float32Array[] = [];
  if (options.vectors) for (const chunk of chunks) vectors.push(await options.vectors.embed(chunk.embedding));
  const gains: Record<string, number[]> = {};
  const recalls: Record<string, number[]> = {};
  for (const question of set.questions) {
    const note = (mode: string, ranked: readonly number[]): void => {
      const sources = sourcesOf(ranked, chunks);
      (gains[mode] ??= []).push(ndcg(sources, question.relevant));
      (recalls[mode] ??= []).push(recall(sources, question.relevant));
    };
    const query = parseQuery(question.text);
    const queries: [string, typeof query][] = [['', query]];
    if (options.expand) queries.push(['+', { ...query, expanded: options.expand(question.text) }]);
    const asked = options.vectors && (await options.vectors.embed(`query: ${question.text}`));
    const cosines = asked ? vectors.map((vector) => dot(asked, vector)) : [];
    if (asked) note('dense', best(cosines.entries(), HITS));
    for (const [mark, expanded] of queries) {
      const scores = lexical.scores(expanded, options.average);
      const found = best(scores, CANDIDATES);
      note(`bm25${mark}`, found);
      if (!asked) continue;
      const candidates = [...new Set([...found, ...best(cosines.entries(), CANDIDATES)])];
      const stats = { chunks: lexical.chunks, df: new Map(query.terms.map((term) => [term, lexical.df(term)])) };
      const fused = fuse(
        candidates.map((chunk) => ({ chunk: String(chunk), bm25: scores.get(chunk) ?? 0, cosine: cosines[chunk]! })),
        { bound: fullMatch(query.terms, stats), coverage: 1 },
      );
      note(
        `hybrid${mark}`,
        fused.map(({ chunk }) => Number(chunk)),
      );
    }
  }
  const means = (lists: Record<string, number[]>): Record<string, number> =>
    Object.fromEntries(Object.entries(lists).map(([mode, values]) => [mode, mean(values)]));
  return { chunks: chunks.length, averageLength: lexical.average, ndcg: means(gains), recall: means(recalls) };
}
