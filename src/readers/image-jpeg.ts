import type { Pixels } from '../ocr/ocr.ts';
import { checkSize } from './image-fit.ts';
import { drawPicture } from './image-pdf.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { type PdfiumSource, threadPdfium } from './pdfium.ts';

const SPACES = { 1: '/DeviceGray', 3: '/DeviceRGB', 4: '/DeviceCMYK' } as const;

export async function* decodeJpeg(bytes: Uint8Array, source: PdfiumSource = threadPdfium): AsyncGenerator<Pixels> {
  const { width, height, components, inverted, orientation } = readJpegHeader(bytes);
  checkSize(width, height);
  const decode = inverted ? '/Decode [1 0 1 0 1 0 1 0]' : '';
  const dictionary = `/Width ${width} /Height ${height} /ColorSpace ${SPACES[components]} ${decode} /BitsPerComponent 8 /Filter /DCTDecode`;
  const image = { dictionary, data: bytes, x: 0, y: 0, width, height };
  yield await drawPicture(source, { width, height, stretch: 1, images: [image], orientation });
}
