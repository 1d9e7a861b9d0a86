import type { Passage } from '../store/store.ts';
import type { Citation, Locator, Span } from '../types.ts';
import { sha256 } from './digest.ts';

const AROUND = 32;

/** `span` counts within the passage's text. */
export function cite(n: number, { chunk, document }: Passage, span: Span): Citation {
  const quote = chunk.text.slice(span.start, span.end);
  const start = chunk.start + span.start;
  return {
    n,
    source: document.source,
    document: document.id,
    documentSha256: document.sha256,
    chunk: chunk.id,
    title: document.title,
    locator: { ...locatorAt({ chunk, document }, start), start, end: start + quote.length },
    quote,
    sha256: sha256(quote),
    prefix: chunk.text.slice(Math.max(0, span.start - AROUND), span.start),
    suffix: chunk.text.slice(span.end, span.end + AROUND),
  };
}

/** Page, heading, sheet … of an offset: those of the last section that starts at or before it; lines are counted on from there. */
export function locatorAt({ chunk, document }: Passage, offset: number): Locator {
  const section = document.sections.findLast((candidate) => candidate.start <= offset);
  const inside = section !== undefined && section.start > chunk.start;
  const base = section === undefined ? chunk.locator : section.locator;
  if (base.line === undefined) return base;
  // Before this chunk, the chunker has counted the lines already.
  const from = inside
    ? { line: base.line, at: section.start }
    : { line: chunk.locator.line ?? base.line, at: chunk.start };
  const between = chunk.text.slice(from.at - chunk.start, offset - chunk.start);
  return { ...base, line: from.line + (between.match(/\n/g)?.length ?? 0) };
}
