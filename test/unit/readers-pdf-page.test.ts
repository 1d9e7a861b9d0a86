import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { drawPage } from '../../src/readers/pdf-page.ts';
import { quoteRanges } from '../../src/readers/pdf-quote.ts';
import { pdf, placedPdf } from '../support/pdf.ts';

const wanted = { page: 1, width: 400, quote: '', before: '' };
/** Share of dark pixels in a box of a drawing. */
function ink(png: Uint8Array, [left, top, width, height]: number[]): number {
  const image = PNG.sync.read(Buffer.from(png));
  const inside = (share: number, size: number) => Math.round(share * size);
  let dark = 0;
  let all = 0;
  for (let y = inside(top!, image.height); y < inside(top! + height!, image.height); y++)
    for (let x = inside(left!, image.width); x < inside(left! + width!, image.width); x++, all++)
      if (image.data[(y * image.width + x) * 4]! < 128) dark++;
  return dark / Math.max(1, all);
}

describe('a quote on a page', () => {
  it('is found through hyphens, ligatures and line ends, and the one meant of equal ones', () => {
    expect(quoteRanges('x The of\ufb01ce is un-\r\nlocked.', 'The office is unlocked.', '')).toEqual([[2, 27]]);
    expect(quoteRanges('a key. b key.', 'key', 'b ')).toEqual([[9, 12]]);
    expect(quoteRanges('left one\nright one\nleft two', 'left one\nleft two', '')).toEqual([
      [0, 8],
      [19, 27],
    ]);
    expect(quoteRanges('nothing of it', 'something else', '')).toEqual([]);
    expect(quoteRanges('x', ' ', '')).toEqual([]);
  });

  it.each([0, 90, 180, 270])('has its box where its ink is, on a page turned by %i degrees', async (rotate) => {
    const page = placedPdf(
      [
        { text: 'Above stands nothing of note', x: 80, y: 700 },
        { text: 'The lighthouse is open on Sundays', x: 80, y: 500, size: 14 },
      ],
      { rotate },
    );
    const { png, boxes } = await drawPage(page, { ...wanted, quote: 'lighthouse is open', before: 'The ' });
    expect(ink(png, [0, 0, 1, 1])).toBeGreaterThan(0);
    const inked = boxes.map((box) => ink(png, box));
    expect(Math.min(...inked)).toBeGreaterThan(0.04);
    const size = boxes.reduce((sum, [, , width, height]) => sum + width * height, 0);
    expect(size).toBeLessThan(0.02);
  });
});

describe('a page', () => {
  it('is as wide as asked for, within bounds, and says what it cannot draw', async () => {
    const file = pdf([{ lines: ['one'] }, { lines: ['two'] }]);
    const { width, height, pages, boxes } = await drawPage(file, { ...wanted, page: 2, width: 612 });
    expect({ width, height, pages, boxes }).toEqual({ width: 612, height: 792, pages: 2, boxes: [] });
    await expect(drawPage(file, { ...wanted, page: 3 })).rejects.toThrow('no readable page 3 (of 2)');
    await expect(drawPage(new Uint8Array([1, 2, 3]), wanted)).rejects.toThrow('not a readable PDF');
  });
});
