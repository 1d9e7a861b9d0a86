import { tokens } from '../text/tokenize.ts';
import type { LexicalQuery } from '../types.ts';

/** Where the question's words stand in the text, as `[start, end)`, in order, overlaps joined. */
export function highlight(text: string, query: LexicalQuery): [number, number][] {
  const wanted = new Set([...query.terms, ...query.expanded, ...query.phrases.flat()]);
  const spans: [number, number][] = [];
  for (const { term, start, end } of tokens(text)) {
    if (!wanted.has(term)) continue;
    const last = spans.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([start, end]);
  }
  return spans;
}
