import { idf } from '../text/bm25.ts';
import { STOP_WORDS } from '../text/stopwords.ts';
import { tokens } from '../text/tokenize.ts';
import type { LexicalQuery } from '../types.ts';

/** A word of the question with what stands for it in the other language: any of them says it. */
export interface Concept {
  /** The question's own word first. */
  terms: Set<string>;
  /** Its idf: how much it tells. */
  weight: number;
}

/**
 * A home of a few passages says little of how rare a word is: "how long" would outweigh what the question is about because "long" happens
 * to be in none. So it is taken for part of a collection of this size, in which every word stands in two more passages.
 */
const BACKGROUND = 200;
const BACKGROUND_DF = 2;

function weightOf({ chunks, df }: { chunks: number; df: Map<string, number> }, term: string): number {
  const missing = Math.max(0, BACKGROUND - chunks);
  return idf(chunks + missing, (df.get(term) ?? 0) + (BACKGROUND_DF * missing) / BACKGROUND);
}

/** The question's words, each once, in order; stop words are not among them, as `query.terms` says. */
export function concepts(
  question: string,
  query: LexicalQuery,
  bridge: { expand(text: string): string[] },
  stats: { chunks: number; df: Map<string, number> },
): Concept[] {
  const wanted = new Set(query.terms);
  const made = new Map<string, Concept>();
  for (const { term, start, end } of tokens(question)) {
    if (!wanted.has(term) || made.has(term) || STOP_WORDS.has(term)) continue;
    // A single Han character stands in hundreds of words: as a translation it proves nothing.
    const others = bridge.expand(question.slice(start, end)).filter((other) => !/^\p{Script=Han}$/u.test(other));
    made.set(term, { terms: new Set([term, ...others]), weight: weightOf(stats, term) });
  }
  return [...made.values()];
}
