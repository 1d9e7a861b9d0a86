import { readingOrder } from './pdf-columns.ts';
import { continues, type PageChars, type Stretch, stretches } from './pdf-lines.ts';

/** A page's text in reading order, lines by `\n`; what PDFium broke at a raised or lowered character is one line again. */
export function pageLayout(page: PageChars): string {
  const content = stretches(page);
  if (isVertical(content)) return verticalText(page, content);
  const following = new Map(content.map((stretch, index) => [stretch, content[index + 1]]));
  const ordered = readingOrder(page, content);
  let text = '';
  for (const [i, stretch] of ordered.entries()) {
    text += page.text.slice(stretch.start, stretch.end);
    const next = ordered[i + 1];
    if (next) text += between(page, stretch, next, following.get(stretch) === next);
  }
  return text;
}

function between(page: PageChars, stretch: Stretch, next: Stretch, adjacent: boolean): string {
  if (stretch.ends === 'hyphen') return '';
  if (adjacent && stretch.ends === 'gap') return page.text.slice(stretch.end, next.start);
  if (!adjacent || !continues(stretch, next)) return '\n';
  const gap = next.left - stretch.right;
  const height = stretch.top - stretch.bottom;
  // A raised mark before a text is that of a footnote, not the exponent of something.
  return gap > 0.15 * height || next.top - next.bottom > 1.2 * height ? ' ' : '';
}

/** Most characters stand alone beneath the one before. */
function isVertical(content: Stretch[]): boolean {
  let below = 0;
  for (const [i, stretch] of content.entries()) if (i > 0 && isBelow(content[i - 1]!, stretch)) below++;
  return content.length >= 8 && below > content.length * 0.6;
}

function isBelow(a: Stretch, b: Stretch): boolean {
  const size = Math.max(b.top - b.bottom, 1);
  const single = b.right - b.left < size * 1.5 && a.right - a.left < size * 1.5;
  const drop = a.bottom - b.top;
  return single && Math.abs(a.left + a.right - b.left - b.right) < size * 0.5 && drop > -0.5 * size && drop < size;
}

/** Han text written downwards: characters of a column follow each other, columns are lines. */
function verticalText(page: PageChars, content: Stretch[]): string {
  return content
    .map((stretch, i) => {
      const joined = content[i + 1] === undefined || isBelow(stretch, content[i + 1]!);
      return `${page.text.slice(stretch.start, stretch.end)}${joined ? '' : '\n'}`;
    })
    .join('');
}
