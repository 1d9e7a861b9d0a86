import { normalize } from '../text/normalize.ts';
import { type Script, WORD } from '../text/scan.ts';
import { tokens } from '../text/tokenize.ts';
import type { LexicalQuery } from '../types.ts';

/** Where the question's words stand in the text, as `[start, end)`, in order, overlaps joined. */
export function highlight(text: string, query: LexicalQuery): [number, number][] {
  const begun = query.begun.flatMap(({ terms }) => terms);
  const wanted = new Set([...query.terms, ...query.expanded, ...query.phrases.flat(), ...begun]);
  const spans: [number, number][] = [];
  for (const { term, start, end } of tokens(text, worthALook([...wanted]))) {
    if (!wanted.has(term)) continue;
    const last = spans.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([start, end]);
  }
  return spans;
}

/** A word whose first letter survives stemming; of `oe` and `ae` only the `e` is left. */
const PLAIN = /^[A-Za-z][a-z]*$/;

/**
 * Cutting Chinese and stemming English cost more than the whole search, so it is first asked whether a run can hold a wanted
 * term at all: a plain word by its first letter, other scripts by the term's characters.
 */
function worthALook(wanted: string[]): (kind: Script, raw: string) => boolean {
  const letters = new Set(wanted.map((term) => term[0]));
  if (letters.has('e')) for (const letter of 'ao') letters.add(letter);
  const others = wanted.filter((term) => !/^[\x00-\x7f]*$/.test(term));
  return (kind, raw) => {
    if (kind !== WORD) {
      if (others.length === 0) return false;
      const { text } = normalize(raw);
      return others.some((term) => text.includes(term));
    }
    return !PLAIN.test(raw) || letters.has(raw[0]!.toLowerCase());
  };
}
