import type { Passage } from '../store/store.ts';
import { STOP_WORDS } from '../text/stopwords.ts';
import { tokens } from '../text/tokenize.ts';
import type { Span } from '../types.ts';
import { sentences } from './sentences.ts';

export interface Claim {
  /** Number of the passage, from 1. */
  n: number;
  /** The supporting sentence within the passage's text. */
  span: Span;
}

export interface Attributed {
  /** The model's answer with invented citations taken out and missing ones put in. */
  text: string;
  claims: Claim[];
  unsupported: string[];
}

/** Share of a statement's words that one sentence of the evidence must hold. */
const SUPPORTED = 0.5;
const MARKER = /\s*\[(\d+(?:\s*[,，]\s*\d+)*)\]/g;

/**
 * Checks each sentence of a model's answer against the evidence: a citation that points nowhere is dropped, a sentence
 * without one gets that of the passage which holds its words, and what nothing supports is named.
 */
export function attribute(answer: string, evidence: Passage[]): Attributed {
  const indexed = evidence.map(({ chunk }) =>
    sentences(chunk.text).map((span) => ({ span, words: wordsOf(chunk.text.slice(span.start, span.end)) })),
  );
  const claims: Claim[] = [];
  const unsupported: string[] = [];
  const parts = sentences(joinMarkers(answer)).map(({ start, end }) => {
    const sentence = joinMarkers(answer).slice(start, end);
    const bare = sentence.replace(MARKER, '').trim();
    // A question claims nothing: small models like to repeat it.
    if (/[?？]$/.test(bare)) return bare;
    const words = wordsOf(bare);
    const cited = [...sentence.matchAll(MARKER)].flatMap((match) => match[1]!.split(/[,，]/).map(Number));
    const valid = [...new Set(cited)].filter((n) => n >= 1 && n <= evidence.length);
    const among = valid.length > 0 ? valid : evidence.map((_, i) => i + 1);
    const best = among
      .flatMap((n) => indexed[n - 1]!.map(({ span, words: theirs }) => ({ n, span, share: overlap(words, theirs) })))
      .sort((a, b) => b.share - a.share || a.n - b.n)[0];
    if (best === undefined || best.share < SUPPORTED) {
      if (words.size > 0) unsupported.push(bare);
      return bare;
    }
    if (!claims.some((claim) => claim.n === best.n && claim.span.start === best.span.start))
      claims.push({ n: best.n, span: best.span });
    return `${bare} [${best.n}]`;
  });
  return { text: parts.filter(Boolean).join(' '), claims, unsupported: [...new Set(unsupported)] };
}

/** Models write "… end. [1]": the marker belongs to the sentence before it. */
function joinMarkers(answer: string): string {
  return answer.replace(/([.!?。！？])((?:\s*\[\d+(?:\s*[,，]\s*\d+)*\])+)/g, '$2$1');
}

function overlap(claim: Set<string>, sentence: Set<string>): number {
  if (claim.size === 0) return 0;
  let shared = 0;
  for (const word of claim) if (sentence.has(word)) shared++;
  // One common word in a scrap of a sentence proves nothing.
  return shared < 2 && claim.size < 4 ? 0 : shared / claim.size;
}

function wordsOf(text: string): Set<string> {
  return new Set(
    tokens(text)
      .map((token) => token.term)
      .filter((term) => !STOP_WORDS.has(term)),
  );
}
