import { literal } from '../text/literal.ts';
import { normalize } from '../text/normalize.ts';
import { tokens } from '../text/tokenize.ts';
import type { LexicalQuery } from '../types.ts';

/** Finds where the question's words stand in a text, as `[start, end)`, in order, overlaps joined. */
export function highlighter(query: LexicalQuery): (text: string) => [number, number][] {
  const own = [...query.terms, ...query.phrases.flat(), ...query.begun.flatMap(({ terms }) => terms)];
  // Cutting the first Chinese costs a process as much as the search: words that only the dictionary added are marked as they stand.
  const added = own.every(isLatin) ? query.expanded.filter((term) => !isLatin(term)) : [];
  const wanted = new Set([...own, ...query.expanded.filter((term) => !added.includes(term))]);
  const looksAt = worthALook([...wanted]);
  const standing = added.length > 0 ? occurrences(added) : () => [];
  return (text) => {
    const spans = standing(text);
    for (const { 0: part, index } of text.matchAll(/\S+/g)) {
      if (!looksAt(part)) continue;
      for (const { term, start, end } of tokens(part)) if (wanted.has(term)) spans.push([index + start, index + end]);
    }
    return joined(spans);
  };
}

const isLatin = (term: string): boolean => /^[\x00-\x7f]*$/.test(term);

/** From where a term of another script may begin, with a few Latin letters before it (T恤), to the end of the word. */
const FOREIGN = /[!-~]{0,8}[^\s\x00-\x7f]\S*/g;

/** All places of the terms, none of them Latin, whatever stands around them. */
function occurrences(terms: string[]): (text: string) => [number, number][] {
  // One look in native code: most words have none of them.
  const any = new RegExp(terms.map(literal).join('|'));
  return (text) => {
    const found: [number, number][] = [];
    for (const { 0: part, index } of text.matchAll(FOREIGN)) {
      const { text: run, at } = normalize(part);
      if (!any.test(run)) continue;
      for (const term of terms)
        for (let i = run.indexOf(term); i >= 0; i = run.indexOf(term, i + term.length)) {
          const end = i + term.length;
          found.push([index + at(i), index + (end === run.length ? part.length : at(end))]);
        }
    }
    return found;
  };
}

function joined(spans: [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (const [start, end] of spans.sort(([a], [b]) => a - b)) {
    const last = out.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

/** Scripts without Latin letters in any guise, and punctuation. */
const EASTERN =
  /^[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\u0e00-\u0eff\u2000-\u206f\u3000-\u31ff\u3400-\u9fff\uac00-\ud7af\uff00-\uff0f\uff1a-\uff20]*$/;
/** An identifier: its parts may be wanted, and what they are together. Or no plain text at all. */
const IDENTIFIER = /[A-Za-z][A-Z]|[A-Za-z]['._/\\@+#-]+\w|\d|[^\x00-\x7f]/;

/**
 * Cutting Chinese and stemming English cost more than the whole search, so it is first asked whether what stands between two spaces can
 * hold a wanted term at all: plain words by how they begin, other scripts by the term's characters.
 */
function worthALook(wanted: string[]): (part: string) => boolean {
  const begins = [...new Set(wanted.filter((term) => /^[a-z]/.test(term)).map(beginning))];
  const plain = new RegExp(begins.length === 0 ? '(?!)' : `(?<![A-Za-z])(?:${begins.join('|')})`);
  const others = wanted.filter((term) => !isLatin(term));
  return (part) => {
    if (!IDENTIFIER.test(part)) return plain.test(part);
    if (!EASTERN.test(part)) return true;
    if (others.length === 0) return false;
    const { text } = normalize(part);
    return others.some((term) => text.includes(term));
  };
}

/** A stem's first two letters, as the words begin that have it: `ae` and `oe` became `e`, and a `y` perhaps an `i`. */
function beginning([first = '', second = '']: string): string {
  const letter = `[${first}${first.toUpperCase()}]`;
  const start = first === 'e' ? `(?:${letter}|[aAoO]e)` : letter;
  if (!/[a-z]/.test(second)) return start;
  return start + (second === 'i' ? '[iy]' : second === 'e' ? '[ao]?e' : second);
}
