import type { Locator } from '../api-types.ts';

export interface Span {
  start: number;
  end: number;
}

export interface Piece {
  /** Said above it, where it differs from the piece before. */
  locator: Locator;
  start: number;
  text: string;
  marked: boolean;
}

export interface Stretch {
  /** Of a page or a heading. */
  locator: Locator;
  pieces: Piece[];
}

/** What is drawn at once, on each side of the passage: a book would stop the page. */
export const AROUND = 20_000;

/** The window of a text that shows a passage, widened to whole lines. */
export function windowOf(text: string, { start, end }: Span, before: number, after: number): Span {
  const from = Math.max(0, start - before);
  const to = Math.min(text.length, end + after);
  const line = text.indexOf('\n', to);
  return {
    start: from === 0 ? 0 : text.lastIndexOf('\n', from) + 1,
    end: to === text.length || line < 0 ? text.length : line + 1,
  };
}

/** The window cut at sections and at the passage's ends; sections of one page and heading are one stretch. */
export function stretches(text: string, sections: { locator: Locator }[], window: Span, passage: Span): Stretch[] {
  const all = sections.length > 0 ? sections : [{ locator: { start: 0, end: text.length } }];
  const found: Stretch[] = [];
  for (const { locator } of all) {
    const from = Math.max(locator.start, window.start);
    const to = Math.min(locator.end, window.end);
    if (from >= to) continue;
    const cuts = [from, passage.start, passage.end, to].map((at) => Math.min(to, Math.max(from, at)));
    const pieces = [0, 1, 2].flatMap((i) => {
      const [start, end] = [cuts[i]!, cuts[i + 1]!];
      return start < end ? [{ locator, start, text: text.slice(start, end), marked: i === 1 }] : [];
    });
    const last = found.at(-1);
    if (last && same(last.locator, locator)) last.pieces.push(...pieces);
    else found.push({ locator, pieces });
  }
  return found;
}

const named = ({ page, slide, sheet, part, heading }: Locator) => JSON.stringify([page, slide, sheet, part, heading]);
const same = (a: Locator, b: Locator) => named(a) === named(b);

/** Where an offset stands: the place of its section, lines counted on from there. */
export function placeAt(text: string, sections: { locator: Locator }[], offset: number): Locator | undefined {
  const locator = sections.findLast(({ locator }) => locator.start <= offset)?.locator;
  if (locator?.line === undefined) return locator;
  return { ...locator, line: locator.line + (text.slice(locator.start, offset).match(/\n/g)?.length ?? 0) };
}
