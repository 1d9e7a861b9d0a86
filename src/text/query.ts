import type { LexicalQuery } from '../types.ts';
import { normalize } from './normalize.ts';
import { STOP_WORDS } from './stopwords.ts';
import { type Token, tokens } from './tokenize.ts';

/** `"…"` with straight, curly or full-width quotes; a `-` before it or before a word, after a space or at the start, excludes. */
const OPERATOR =
  /(^|\s)-(?:"([^"]+)"|(?=[\p{L}\p{N}_])(\S+))|["\u201c\u201d\uff02]([^"\u201c\u201d\uff02]+)["\u201c\u201d\uff02]/gu;

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

/**
 * A question in the index's words: stop words off unless nothing else is left, `"a phrase"` must occur, `-word` must not.
 * A phrase also scores through its words. Never throws; a question without words gives no terms.
 */
export function parseQuery(text: string): LexicalQuery {
  const phrases: string[][] = [];
  const exclude: string[] = [];
  const rest = text.replace(
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
  return {
    terms: distinct((content.length > 0 ? content : found).map((token) => token.term)),
    expanded: [],
    phrases,
    exclude: distinct(exclude),
  };
}
