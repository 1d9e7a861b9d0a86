import type { Passage } from '../store/store.ts';
import { tokens } from '../text/tokenize.ts';
import type { Span } from '../types.ts';
import type { Concept } from './concepts.ts';
import { sentences } from './sentences.ts';

/** A sentence of a passage that may answer. `share`: of the question's weight that its own words and those around it carry, 0 … 1. */
export interface Extract {
  passage: Passage;
  span: Span;
  score: number;
  share: number;
}

/** How much a passage's rank weighs against the sentence's own words. */
const PASSAGE = 0.6;
/** What a word counts that stands in the sentence before or after, or in the headings. */
const NEIGHBOUR = 0.25;
/** What a word counts that stands in a question or heading right above: the sentence is its answer. */
const ASKED = 0.9;
const CONTEXT = 0.3;
/** What a word counts that the whole passage is about: it is in the title, or in so many of its sentences. Others do not repeat it. */
const TOPIC = 0.8;
const TOPIC_SENTENCES = 3;
const TRANSLATED = 0.7;

/**
 * The best sentences of ranked passages, best first: weight of the question's concepts in the sentence, a little for
 * what stands around it, and the passage's own score. `passages` come with their fused scores.
 */
export function extract(passages: { passage: Passage; score: number }[], concepts: Concept[]): Extract[] {
  const full = concepts.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const top = Math.max(1e-9, ...passages.map(({ score }) => score));
  return passages
    .flatMap(({ passage, score }) => {
      const spans = sentences(passage.chunk.text);
      const words = spans.map(({ start, end }) => termsOf(passage.chunk.text.slice(start, end)));
      const context = termsOf(passage.chunk.context);
      const topic = topicOf(passage.document.title, words);
      return spans.map((span, i): Extract => {
        const near = new Set([...(words[i - 1] ?? []), ...(words[i + 1] ?? [])]);
        const above = spans[i - 1];
        const asked = above && !answers(passage.chunk.text, above) ? words[i - 1]! : NOTHING;
        let [share, likely] = [0, 0];
        for (const { terms, weight } of concepts) {
          const around = [NEIGHBOUR * says(near, terms), CONTEXT * says(context, terms), ASKED * says(asked, terms)];
          const said = says(words[i]!, terms) || Math.max(...around);
          share += (weight / full) * said;
          likely += (weight / full) * Math.max(said, TOPIC * says(topic, terms));
        }
        return { passage, span, share, score: likely * statement(passage.chunk.text, span) + PASSAGE * (score / top) };
      });
    })
    .filter((extract) => extract.share > 0)
    .sort((a, b) => b.score - a.score || (a.passage.chunk.id < b.passage.chunk.id ? -1 : 1));
}

const NOTHING: Set<string> = new Set();

/** Words of the title, and those that come again and again. */
function topicOf(title: string, sentences: Set<string>[]): Set<string> {
  const times = new Map<string, number>();
  for (const term of sentences.flatMap((words) => [...words])) times.set(term, (times.get(term) ?? 0) + 1);
  return new Set([...termsOf(title), ...[...times].flatMap(([term, n]) => (n >= TOPIC_SENTENCES ? [term] : []))]);
}

/** 1 where the question's own word stands, less for one of the other language: a dictionary offers many. */
function says(words: Set<string>, terms: Set<string>): number {
  let own = true;
  for (const term of terms) {
    if (words.has(term)) return own ? 1 : TRANSLATED;
    own = false;
  }
  return 0;
}

/** A question or a heading repeats the words and does not answer. */
export function answers(text: string, { start, end }: Span): boolean {
  const sentence = text.slice(start, end);
  return !/[?？]["'”’」』]?$/.test(sentence) && !/^#{1,6} /.test(sentence);
}

/** Nor does a scrap. */
function statement(text: string, span: Span): number {
  return answers(text, span) ? Math.min(1, 0.4 + (span.end - span.start) / 60) : 0.4;
}

function termsOf(text: string): Set<string> {
  return new Set(tokens(text).map((token) => token.term));
}
