import type { Span } from '../types.ts';

/** Ends of sentences: `.`, `!`, `?` before white space, their full-width forms anywhere, and closing quotes that follow. */
const END = /(?:[.!?]+["'”’)\]]*(?=\s)|[。！？；…]+["'”’」』）)]*|\n)/gu;
const ABBREVIATION =
  /(?:^|[\s(])(?:[A-Z]|[Ee]\.g|[Ii]\.e|[Mm]rs?|[Dd]r|[Pp]rof|[Ss]t|[Nn]o|vs|etc|cf|al|Fig|fig|Eq|Inc|Ltd|Co|Jr|Sr|approx|ca)\.$/;

/** Sentences of a text as trimmed spans, in order. A line of a table or list is a sentence. */
export function sentences(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  const push = (end: number) => {
    const piece = text.slice(start, end);
    const from = start + (piece.length - piece.trimStart().length);
    const to = start + piece.trimEnd().length;
    if (to > from) spans.push({ start: from, end: to });
    start = end;
  };
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    if (match[0] === '\n' && !breaksHere(text, start, match.index)) continue;
    if (match[0] === '.' && ABBREVIATION.test(text.slice(Math.max(start, end - 12), end))) continue;
    push(end);
  }
  push(text.length);
  return spans;
}

/** A wrapped line of prose goes on in the next one; a heading, a list item, a row or a blank line does not. */
function breaksHere(text: string, start: number, at: number): boolean {
  const line = text.slice(Math.max(start, text.lastIndexOf('\n', at - 1) + 1), at);
  const next = text.slice(at + 1, at + 200);
  if (/^\s*(?:\n|$)/.test(next) || line.trim() === '') return true;
  if (/^\s*(?:[-*+•·|#>]|\d+[.)、]|[（(]?[一二三四五六七八九十]+[）)、])/.test(next) || /^\s*(?:#|\|)/.test(line))
    return true;
  return line.length < 40 && !/^[a-z(,]/.test(next.trimStart());
}
