import type { Document, Locator, Span } from '../types.ts';

/** A page, slide, sheet or mail part with its text; a document without any is one. */
export interface Page extends Span, Pick<Locator, 'page' | 'slide' | 'sheet' | 'part'> {
  text: string;
  /** Lowest confidence of what was read by text recognition. */
  ocr?: number;
}

export function pagesOf(document: Pick<Document, 'sections'>, text: string): Page[] {
  const pages: Page[] = [];
  let key: string | undefined;
  for (const [i, { start, locator }] of document.sections.entries()) {
    const { page, slide, sheet, part, ocr } = locator;
    const end = document.sections[i + 1]?.start ?? text.length;
    const own = JSON.stringify([page, slide, sheet, part]);
    if (own !== key) {
      const place = Object.entries({ page, slide, sheet, part }).filter(([, value]) => value !== undefined);
      pages.push({ ...Object.fromEntries(place), start, end, text: '' });
      key = own;
    }
    const last = pages.at(-1)!;
    last.end = end;
    if (ocr !== undefined) last.ocr = Math.min(ocr, last.ocr ?? 1);
  }
  for (const page of pages) page.text = text.slice(page.start, page.end);
  return pages;
}
