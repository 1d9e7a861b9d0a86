import { normalize } from '../text/normalize.ts';
import { type Script, scan, WORD } from '../text/scan.ts';
import { tokens } from '../text/tokenize.ts';
import type { LexicalQuery } from '../types.ts';

/** Where the question's words stand in the text, as `[start, end)`, in order, overlaps joined. */
export function highlight(text: string, query: LexicalQuery): [number, number][] {
  const own = [...query.terms, ...query.phrases.flat(), ...query.begun.flatMap(({ terms }) => terms)];
  const spans: [number, number][] = [];
  let { expanded } = query;
  if (own.every(isLatin)) {
    // Cutting the first Chinese costs a process as much as the search: words that only the dictionary added are marked as they stand.
    const added = expanded.filter((term) => !isLatin(term));
    if (added.length > 0) spans.push(...standing(text, added));
    expanded = expanded.filter(isLatin);
  }
  const wanted = new Set([...own, ...expanded]);
  for (const { term, start, end } of tokens(text, worthALook([...wanted])))
    if (wanted.has(term)) spans.push([start, end]);
  return joined(spans);
}

const isLatin = (term: string): boolean => /^[\x00-\x7f]*$/.test(term);

/** All occurrences of the terms in runs of their script. */
function standing(text: string, terms: string[]): [number, number][] {
  const found: [number, number][] = [];
  scan(text, (kind, from, to) => {
    if (kind === WORD) return;
    const { text: run, at } = normalize(text.slice(from, to));
    for (const term of terms)
      for (let i = run.indexOf(term); i >= 0; i = run.indexOf(term, i + term.length))
        found.push([from + at(i), i + term.length === run.length ? to : from + at(i + term.length)]);
  });
  return found;
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

/** A word of which stemming leaves the beginning. */
const PLAIN = /^[A-Za-z][a-z]*$/;

/**
 * Cutting Chinese and stemming English cost more than the whole search, so it is first asked whether a run can hold a wanted
 * term at all: a plain word by how it begins, other scripts by the term's characters.
 */
function worthALook(wanted: string[]): (kind: Script, raw: string) => boolean {
  const beginnings = new Set(wanted.map(beginning));
  const others = wanted.filter((term) => !isLatin(term));
  return (kind, raw) => {
    if (kind !== WORD) {
      if (others.length === 0) return false;
      const { text } = normalize(raw);
      return others.some((term) => text.includes(term));
    }
    if (!PLAIN.test(raw)) return true;
    const word = raw.toLowerCase();
    const may = (form: string) => beginnings.has(beginning(form)) || beginnings.has(form[0]!);
    // Stems know no `ae` and `oe` (see stem.ts).
    return may(word) || may(word.replace(/[ao]e/, 'e'));
  };
}

/** Two letters: no suffix reaches further, but a `y` may have become an `i`. */
const beginning = (word: string): string => word.slice(0, 2).replace(/(?<=.)y/, 'i');
