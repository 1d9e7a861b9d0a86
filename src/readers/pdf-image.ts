import type { Pixels } from '../ocr/ocr.ts';
import type { Pdfium } from './pdfium.ts';

/** FPDFBitmap_BGRx */
const BGRX = 3;
const WHITE = 0xffffffff;
/** FPDF_ANNOT: notes on the page and form fields are part of what is seen. */
const WITH_ANNOTATIONS = 1;

/** Draws a loaded page `width` × `height` pixels large on white, after `turns` quarter turns clockwise. Throws RangeError without memory. */
export function renderPage(pdfium: Pdfium, page: number, width: number, height: number, turns = 0): Pixels {
  const stride = width * 4;
  const buffer = pdfium._malloc(stride * height);
  if (buffer === 0) throw new RangeError('no memory for the page');
  let bitmap = 0;
  try {
    bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BGRX, buffer, stride);
    if (bitmap === 0) throw new RangeError('no memory for the page');
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, turns, WITH_ANNOTATIONS);
    const data = new Uint8Array(width * height * 3);
    const drawn = pdfium.HEAPU8.subarray(buffer, buffer + stride * height);
    for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
      data[to] = drawn[from + 2]!;
      data[to + 1] = drawn[from + 1]!;
      data[to + 2] = drawn[from]!;
    }
    return { width, height, data };
  } finally {
    if (bitmap !== 0) pdfium._FPDFBitmap_Destroy(bitmap);
    pdfium._free(buffer);
  }
}
