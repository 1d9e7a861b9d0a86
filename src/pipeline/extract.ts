import type { Passage } from '../store/store.ts';
import { tokens } from '../text/tokenize.ts';
import type { LexicalQuery, Span } from '../types.ts';
import { idf } from './bm25.ts';
import { sentences } from './sentences.ts';

/** A sentence of a passage that may answer. `share`: of the question's weight that its words carry, 0 … 1. */
export interface Extract {
  passage: Passage;
  span: Span;
  score: number;
  share: number;
}

export interface Stats {
  chunks: number;
  df: Map<string, number>;
}

/** Words of the other language count less: one word of the question has many of them. */
const EXPANDED = 0.5;
/** How much a passage's rank weighs against the sentence's own words. */
const PASSAGE = 0.6;
/** What the sentences before and after add, and the passage's headings. */
const NEIGHBOUR = 0.25;
const CONTEXT = 0.3;

/**
 * The best sentences of ranked passages, best first: weight of the question's words in the sentence (idf), a little of
 * what stands around it, and the passage's own score. `passages` come with their fused scores.
 */
export function extract(passages: { passage: Passage; score: number }[], query: LexicalQuery, stats: Stats): Extract[] {
  const weights = termWeights(query, stats);
  const full = query.terms.reduce((sum, term) => sum + (weights.get(term) ?? 0), 0) || 1;
  const top = Math.max(1e-9, ...passages.map(({ score }) => score));
  return passages
    .flatMap(({ passage, score }) => {
      const spans = sentences(passage.chunk.text);
      const words = spans.map(({ start, end }) => termsOf(passage.chunk.text.slice(start, end)));
      const context = termsOf(passage.chunk.context);
      return spans.map((span, i): Extract => {
        const own = words[i]!;
        const near = new Set([...(words[i - 1] ?? []), ...(words[i + 1] ?? [])]);
        let share = 0;
        for (const [term, weight] of weights)
          share += weight * (own.has(term) ? 1 : Math.max(near.has(term) ? NEIGHBOUR : 0, context.has(term) ? CONTEXT : 0));
        share /= full;
        return { passage, span, share, score: share * brevity(span) + PASSAGE * (score / top) };
      });
    })
    .filter((extract) => extract.share > 0)
    .sort((a, b) => b.score - a.score || (a.passage.chunk.id < b.passage.chunk.id ? -1 : 1));
}

/** A heading or a list marker says little; a sentence of normal length is what people want to read. */
function brevity({ start, end }: Span): number {
  return Math.min(1, 0.4 + (end - start) / 60);
}

function termWeights(query: LexicalQuery, { chunks, df }: Stats): Map<string, number> {
  const weights = new Map<string, number>();
  for (const term of query.expanded) weights.set(term, EXPANDED * idf(chunks, df.get(term) ?? 0));
  for (const term of query.terms) weights.set(term, idf(chunks, df.get(term) ?? 0));
  return weights;
}

function termsOf(text: string): Set<string> {
  return new Set(tokens(text).map((token) => token.term));
}
