import type { Pixels } from '../ocr/ocr.ts';
import { fittingSize } from './image-fit.ts';
import { renderPage } from './pdf-image.ts';
import { copyIn, type PdfiumSource } from './pdfium.ts';
import { ReadError } from './reader.ts';

/** A compressed picture as PDF knows it, and where on the page it is. */
export interface PdfImage {
  /** Entries of the image's dictionary but for `/Length`. */
  dictionary: string;
  data: Uint8Array;
  /** In pixels of the whole; `y` from the bottom. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PdfPicture {
  /** Pixels of the whole as they lie in the file. */
  width: number;
  height: number;
  /** How much higher than wide a pixel is; faxes have some twice as high. */
  stretch: number;
  images: PdfImage[];
  /** EXIF and TIFF, 1 to 8. */
  orientation: number;
  /** Samples of a pixel, and how many of them are its colour; their colour space names the object `DROPPED`. */
  drop?: { samples: number; kept: number } | undefined;
}

/** A function that forgets the samples beyond the colour. */
export const DROPPED = '5 0 R';

/** Quarter turns clockwise by orientation; 2, 4, 5 and 7 are mirrored before that. */
const TURNS = [0, 0, 0, 2, 2, 3, 1, 1, 3] as const;
const MIRRORED = new Set([2, 4, 5, 7]);
/** Larger pages than this many points are not allowed in PDF. */
const MAX_POINTS = 14_400;

/**
 * Pixels of what PDFium can decompress (JPEG, fax, LZW, deflate …): the pictures become a page, which is drawn. Throws ReadError if
 * PDFium cannot open it; a damaged stream is drawn as far as it goes.
 */
export async function drawPicture(source: PdfiumSource, picture: PdfPicture): Promise<Pixels> {
  const pdfium = await source.get();
  const file = asPdf(picture);
  let copy = 0;
  let document = 0;
  let page = 0;
  try {
    copy = copyIn(pdfium, file);
    document = pdfium._FPDF_LoadMemDocument(copy, file.length, 0);
    page = document === 0 ? 0 : pdfium._FPDF_LoadPage(document, 0);
    if (page === 0) throw new ReadError('corrupt', 'damaged image');
    const size = fittingSize(picture.width, Math.round(picture.height * picture.stretch));
    const turns = TURNS[picture.orientation] ?? 0;
    const [width, height] = turns % 2 === 0 ? [size.width, size.height] : [size.height, size.width];
    return renderPage(pdfium, page, width, height, turns);
  } catch (error) {
    if (error instanceof ReadError) throw error;
    source.discard();
    page = 0;
    document = 0;
    copy = 0;
    throw new ReadError('corrupt', 'damaged image', { cause: error });
  } finally {
    if (page !== 0) pdfium._FPDF_ClosePage(page);
    if (document !== 0) pdfium._FPDF_CloseDocument(document);
    if (copy !== 0) pdfium._free(copy);
  }
}

function asPdf({ width, height, stretch, images, orientation, drop }: PdfPicture): Uint8Array {
  const unit = Math.min(1, MAX_POINTS / Math.max(width, height * stretch));
  const mirror = MIRRORED.has(orientation) ? `-1 0 0 1 ${width} 0 cm ` : '';
  const each = images.map((image, i) => `q ${image.width} 0 0 ${image.height} ${image.x} ${image.y} cm /I${i} Do Q`);
  const draw = `${unit} 0 0 ${unit * stretch} 0 0 cm ${mirror}${each.join('\n')}`;
  const names = images.map((_, i) => `/I${i} ${i + 6} 0 R`).join(' ');
  const box = `[0 0 ${width * unit} ${height * stretch * unit}]`;
  const objects = [
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    ['<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [`<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources << /XObject << ${names} >> >> >>`],
    [`<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`],
    [forget(drop ?? { samples: 1, kept: 1 })],
    ...images.map(({ dictionary, data }) => [
      `<< /Type /XObject /Subtype /Image ${dictionary} /Length ${data.length} >>\nstream\n`,
      data,
      '\nendstream',
    ]),
  ];
  const parts: Uint8Array[] = [latin1('%PDF-1.4\n')];
  const offsets: number[] = [];
  let at = parts[0]!.length;
  for (const [i, pieces] of objects.entries()) {
    offsets.push(at);
    for (const piece of [`${i + 1} 0 obj\n`, ...pieces, '\nendobj\n']) {
      const bytes = typeof piece === 'string' ? latin1(piece) : piece;
      parts.push(bytes);
      at += bytes.length;
    }
  }
  const size = objects.length + 1;
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    latin1(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function forget({ samples, kept }: { samples: number; kept: number }): string {
  const code = `{ ${'pop '.repeat(samples - kept)}}`;
  const range = (count: number) => `[${'0 1 '.repeat(count)}]`;
  const bounds = `/Domain ${range(samples)} /Range ${range(kept)}`;
  return `<< /FunctionType 4 ${bounds} /Length ${code.length} >>\nstream\n${code}\nendstream`;
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
