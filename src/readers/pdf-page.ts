import { PNG } from 'pngjs';
import { fittingSize } from './image-fit.ts';
import { loadWithFields } from './pdf-annotations.ts';
import { renderPage } from './pdf-image.ts';
import { openPdf } from './pdf-open.ts';
import { quoteRanges } from './pdf-quote.ts';
import { type Pdfium, threadPdfium, utf16 } from './pdfium.ts';
import { type PageImage, type PageWanted, ReadError } from './reader.ts';

type Box = PageImage['boxes'][number];

/** Steps in which places on a page are counted. */
const GRID = 10_000;
/** Boxes of one line may stand this far apart, in heights of the line: a space, not a column gap. */
const GAP = 1.2;

/** How a page looks, and where on it a quote stands. Throws ReadError. */
export async function drawPage(bytes: Uint8Array, wanted: PageWanted, source = threadPdfium): Promise<PageImage> {
  const pdfium = await source.get();
  try {
    return drawn(pdfium, bytes, wanted);
  } catch (error) {
    if (error instanceof ReadError) throw error;
    source.discard();
    throw new ReadError('corrupt', 'the PDF is damaged: its structure stops the reader', { cause: error });
  }
}

function drawn(pdfium: Pdfium, bytes: Uint8Array, wanted: PageWanted): PageImage {
  const { document, close } = openPdf(pdfium, bytes);
  let page = 0;
  try {
    const pages = pdfium._FPDF_GetPageCount(document);
    page = wanted.page > pages ? 0 : loadWithFields(pdfium, document, wanted.page - 1);
    if (page === 0) throw new ReadError('missing', `the PDF has no readable page ${wanted.page} (of ${pages})`);
    const points = { width: pdfium._FPDF_GetPageWidth(page), height: pdfium._FPDF_GetPageHeight(page) };
    const scale = wanted.width / Math.max(1, points.width);
    const { width, height } = fittingSize(wanted.width, Math.max(1, points.height * scale));
    const { data } = renderPage(pdfium, page, width, height);
    const image = Object.assign(new PNG({ width, height }), { data: Buffer.from(data.buffer) });
    const png = Uint8Array.from(PNG.sync.write(image, { colorType: 2, inputColorType: 2, inputHasAlpha: false }));
    return { png, width, height, pages, boxes: wanted.quote === '' ? [] : quoteBoxes(pdfium, page, wanted) };
  } finally {
    if (page !== 0) pdfium._FPDF_ClosePage(page);
    close();
  }
}

function quoteBoxes(pdfium: Pdfium, page: number, { quote, before }: PageWanted): Box[] {
  const text = pdfium._FPDFText_LoadPage(page);
  if (text === 0) return [];
  const count = Math.max(0, pdfium._FPDFText_CountChars(text));
  const buffer = pdfium._malloc((count + 1) * 4 + 16);
  try {
    const written = pdfium._FPDFText_GetText(text, 0, count, buffer);
    const string = utf16(pdfium, buffer, Math.max(0, written - 1) * 2);
    const boxes: Box[] = [];
    for (const [start, end] of quoteRanges(string, quote, before))
      for (let i = start; i < end; i++) {
        if (/\s/.test(string[i]!)) continue;
        const index = pdfium._FPDFText_GetCharIndexFromTextIndex(text, i);
        if (index >= 0 && pdfium._FPDFText_GetLooseCharBox(text, index, buffer) !== 0)
          join(boxes, onDrawing(pdfium, page, buffer));
      }
    return boxes.map((box) => box.map((n) => Math.round(n) / GRID) as Box);
  } finally {
    pdfium._free(buffer);
    pdfium._FPDFText_ClosePage(text);
  }
}

/** The FS_RECTF at `address` (left, top, right, bottom in points) on the grid, whichever way the page is turned. */
function onDrawing(pdfium: Pdfium, page: number, address: number): Box {
  const [left, top, right, bottom] = [...new Float32Array(pdfium.HEAPU8.buffer, address, 4)] as Box;
  const point = (x: number, y: number) => {
    pdfium._FPDF_PageToDevice(page, 0, 0, GRID, GRID, 0, x, y, address, address + 4);
    return [...new Int32Array(pdfium.HEAPU8.buffer, address, 2)] as [number, number];
  };
  const [x1, y1] = point(left, top);
  const [x2, y2] = point(right, bottom);
  return [Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1)];
}

/** Adds a character to the line before it, or begins a new one. */
function join(boxes: Box[], next: Box): void {
  const last = boxes.at(-1);
  const level = last && Math.min(last[1] + last[3], next[1] + next[3]) - Math.max(last[1], next[1]) > next[3] / 2;
  const near = last && next[0] - (last[0] + last[2]) < GAP * next[3] && next[0] >= last[0] - next[3];
  if (!last || !level || !near) {
    boxes.push([...next]);
    return;
  }
  const [right, foot] = [
    Math.max(last[0] + last[2], next[0] + next[2]),
    Math.max(last[1] + last[3], next[1] + next[3]),
  ];
  last[0] = Math.min(last[0], next[0]);
  last[1] = Math.min(last[1], next[1]);
  last[2] = right - last[0];
  last[3] = foot - last[1];
}
