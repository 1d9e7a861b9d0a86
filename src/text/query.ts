import type { LexicalQuery } from '../types.ts';
import { normalize } from './normalize.ts';
import { STOP_WORDS } from './stopwords.ts';
import { type Token, tokens } from './tokenize.ts';

/** `"…"` with straight, curly or full-width quotes; a `-` before it or before a word, after a space or at the start, excludes. */
const OPERATOR =
  /(^|\s)-(?:"([^"]+)"|(?=[\p{L}\p{N}_])(\S+))|["\u201c\u201d\uff02]([^"\u201c\u201d\uff02]+)["\u201c\u201d\uff02]/gu;

/** `title:word`, `title:"two words"`, 标题：…, after a space or at the start; with a `-` before it the title must not have them. */
const TITLE =
  /(^|\s)(-?)(?:title|标题|標題)[:\uff1a](?:["\u201c\u201d\uff02]([^"\u201c\u201d\uff02]+)["\u201c\u201d\uff02]|(?=[\p{L}\p{N}_])([^\s"]+))/giu;

/** `word*`, the star at its end, and nothing else like `**` or `2*3`. */
const BEGUN = /(?<![\p{L}\p{N}_*-])([\p{L}\p{N}][\p{L}\p{N}_-]+)\*(?![\p{L}\p{N}*])/gu;

/** A Latin word that the question ends with: it may still be being typed. */
const LAST = /(?:^|\s)([A-Za-z\u00c0-\u024f]{3,})$/;

/** The beginning of a word. */
export interface Prefix {
  /** As terms begin: folded, without `-` and `_`. */
  text: string;
  /** The term it is if it is a whole word. */
  term: string;
  /** Asked for with `*`; otherwise it may be a whole word, and is one if any passage has it. */
  asked: boolean;
}

/** A question and what of it the store does not answer by itself: `begun` is empty until `prefixes` were looked up. */
export interface ParsedQuery extends LexicalQuery {
  prefixes: Prefix[];
  /** Words side by side in the title, for the filter. */
  title: string[][];
  notTitle: string[][];
}

const distinct = <T>(items: Iterable<T>): T[] => [...new Set(items)];

/** The words of a text in reading order, an identifier as its parts: what stands side by side in a phrase. */
export const phraseTerms = (text: string): string[] =>
  tokens(text)
    .filter((token) => token.role === undefined)
    .map((token) => token.term);

/** "US", "IT", "WHO" in a question that is not all capitals are names. */
function isStopWord(text: string, token: Token): boolean {
  const surface = text.slice(token.start, token.end);
  if (!STOP_WORDS.has(normalize(surface).text)) return false;
  return !(/^[A-Z]{2,}$/.test(surface) && /[a-z]/.test(text));
}

/** One word or identifier as its own term: `-gen-itgc` must not throw out each "gen". Several words as their phrase. */
function excludedTerm(text: string): string[] {
  const found = tokens(text).filter((token) => token.role !== 'piece');
  const only =
    found[0]?.role === 'whole' && found.every(({ start, end }) => start === found[0]!.start && end === found[0]!.end);
  const term = only ? found[0]!.term : phraseTerms(text).join(' ');
  return term === '' ? [] : [term];
}

function prefixOf(word: string, asked: boolean): Prefix {
  const text = normalize(word).text.replace(/[-_]/g, '');
  return { text, term: tokens(word)[0]!.term, asked };
}

/** The words of a question to a person: `title:` taken off, and what the title must not have left out. */
export function spoken(text: string): string {
  if (!mayNameTitle(text)) return text;
  return text.replace(TITLE, (_match, space: string, not: string, phrase?: string, word?: string) =>
    not === '' ? `${space}${phrase ?? word}` : space,
  );
}

/** Compiling the pattern costs a new process half a millisecond. */
const mayNameTitle = (text: string): boolean => /[:\uff1a]/.test(text);

/**
 * A question in the index's words: stop words off unless nothing else is left, `"a phrase"` must occur, `-word` must not. A phrase
 * also scores through its words, and so do those of `title:`. Never throws; a question without words gives no terms.
 */
export function parseQuery(text: string): ParsedQuery {
  const phrases: string[][] = [];
  const exclude: string[] = [];
  const title: string[][] = [];
  const notTitle: string[][] = [];
  for (const [, , not, phrase, word] of mayNameTitle(text) ? text.matchAll(TITLE) : []) {
    const words = phraseTerms((phrase ?? word)!);
    if (words.length > 0) (not === '' ? title : notTitle).push(words);
  }
  const rest = spoken(text).replace(
    OPERATOR,
    (match, space: string | undefined, not?: string, word?: string, phrase?: string) => {
      const excluded = not ?? word;
      if (excluded !== undefined) {
        exclude.push(...excludedTerm(excluded));
        return space ?? '';
      }
      const words = phraseTerms(phrase!);
      if (words.length > 1) phrases.push(words);
      return match;
    },
  );
  // Pieces are for the index: in a question they would count a long word several times.
  const found = tokens(rest).filter((token) => token.role !== 'piece');
  const content = found.filter((token) => !isStopWord(rest, token));
  const terms = distinct((content.length > 0 ? content : found).map((token) => token.term));
  const begun = rest.includes('*') ? [...rest.matchAll(BEGUN)] : [];
  const prefixes = begun.map(([, word]) => prefixOf(word!, true));
  const last = LAST.exec(rest);
  if (last !== null) prefixes.push(prefixOf(last[1]!, false));
  return {
    ...{ terms, expanded: [], begun: [], phrases, exclude: distinct(exclude), title, notTitle },
    prefixes: prefixes.filter(({ term, asked }) => asked || terms.includes(term)),
  };
}
