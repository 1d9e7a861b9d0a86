import { type Pdfium, readUtf16 } from './pdfium.ts';

export interface OutlineEntry {
  title: string;
  /** From 0. */
  page: number;
  /** From 1. */
  depth: number;
}

const MAX_ENTRIES = 50_000;
const MAX_DEPTH = 12;

/** The outline in document order. Entries without a page of this file are left out; loops are cut. */
export function readOutline(pdfium: Pdfium, document: number): OutlineEntry[] {
  const entries: OutlineEntry[] = [];
  const seen = new Set<number>();
  const walk = (parent: number, depth: number) => {
    let mark = pdfium._FPDFBookmark_GetFirstChild(document, parent);
    while (mark !== 0 && !seen.has(mark) && seen.size < MAX_ENTRIES) {
      seen.add(mark);
      const bookmark = mark;
      const title = readUtf16(pdfium, (buffer, length) => pdfium._FPDFBookmark_GetTitle(bookmark, buffer, length));
      const page = pageOf(pdfium, document, mark);
      if (page >= 0 && title.trim() !== '') entries.push({ title: clean(title), page, depth });
      if (depth < MAX_DEPTH) walk(mark, depth + 1);
      mark = pdfium._FPDFBookmark_GetNextSibling(document, mark);
    }
  };
  walk(0, 1);
  return entries;
}

const clean = (title: string) => title.replace(/[\s\u0000-\u001f]+/g, ' ').trim();

function pageOf(pdfium: Pdfium, document: number, bookmark: number): number {
  let destination = pdfium._FPDFBookmark_GetDest(document, bookmark);
  if (destination === 0) {
    const action = pdfium._FPDFBookmark_GetAction(bookmark);
    if (action !== 0) destination = pdfium._FPDFAction_GetDest(document, action);
  }
  return destination === 0 ? -1 : pdfium._FPDFDest_GetDestPageIndex(document, destination);
}

export interface Cut {
  text: string;
  heading: string[];
}

/**
 * Hands out a page's text under its headings. An outline knows the page of a heading, not the line: the line is the first one
 * after the previous heading that starts with the title, numbering aside; a title that does not stand on its page heads it whole.
 */
export function outlineCutter(entries: OutlineEntry[]): (page: number, text: string) => Cut[] {
  const byPage = new Map<number, OutlineEntry[]>();
  for (const entry of entries) byPage.set(entry.page, [...(byPage.get(entry.page) ?? []), entry]);
  const path: string[] = [];
  const enter = (entry: OutlineEntry) => {
    path.length = Math.min(path.length, entry.depth - 1);
    path.push(entry.title);
  };
  return (page, text) => {
    const cuts: Cut[] = [];
    let start = 0;
    for (const entry of byPage.get(page) ?? []) {
      const at = findHeading(text, entry.title, start);
      if (at > start) {
        cuts.push({ text: text.slice(start, at), heading: [...path] });
        start = at;
      }
      enter(entry);
    }
    if (start < text.length) cuts.push({ text: text.slice(start), heading: [...path] });
    return cuts;
  };
}

const fold = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

function findHeading(text: string, title: string, from: number): number {
  const wanted = fold(title);
  if (wanted === '') return -1;
  for (let at = from; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = fold(text.slice(at, end < 0 ? undefined : end).slice(0, 400));
    // A long title is broken over lines, and a number may precede it.
    const head = line.replace(/^(chapter|appendix|section|第)?[\divxlc]*(章|节|節)?/, '');
    if (line.length > 2 && (line.startsWith(wanted) || wanted.startsWith(line) || head === wanted)) {
      if (line.length >= wanted.length * 0.5) return at;
    }
    if (end < 0) return -1;
    at = end + 1;
  }
  return -1;
}
