import type { Pixels } from '../ocr/ocr.ts';
import { checkSize } from './image-fit.ts';
import { drawPicture, type PdfImage } from './image-pdf.ts';
import { type PdfiumSource, threadPdfium } from './pdfium.ts';
import { colourSpace } from './tiff-colour.ts';
import { type Directory, tiffDirectories } from './tiff-directory.ts';
import { streamOf } from './tiff-stream.ts';

/** Fields of TIFF 6.0 by their numbers. */
const SUBFILE = 254;
const WIDTH = 256;
const HEIGHT = 257;
const STRIP_OFFSETS = 273;
const ORIENTATION = 274;
const STRIP_ROWS = 278;
const STRIP_BYTES = 279;
const RESOLUTION_X = 282;
const RESOLUTION_Y = 283;
const TILE_WIDTH = 322;
const TILE_HEIGHT = 323;
const TILE_OFFSETS = 324;
const TILE_BYTES = 325;

/** The pages of a TIFF, each from its strips or tiles; `undefined` for one that cannot be drawn. Thumbnails are left out. */
export async function* decodeTiff(
  bytes: Uint8Array,
  source: PdfiumSource = threadPdfium,
): AsyncGenerator<Pixels | undefined> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = file[0] === 0x49;
  for (const directory of tiffDirectories(file)) {
    const one = (tag: number, fallback: number) => directory.get(tag)?.[0] ?? fallback;
    if ((one(SUBFILE, 0) & 1) === 1) continue;
    const width = one(WIDTH, 0);
    const height = one(HEIGHT, 0);
    checkSize(width, height);
    const colours = colourSpace(directory, little);
    const images = colours && imagesOf(file, directory, colours.space);
    if (images === undefined) {
      yield undefined;
      continue;
    }
    const ratio = one(RESOLUTION_X, 1) / one(RESOLUTION_Y, 1);
    const stretch = ratio > 1.2 && ratio < 4 ? ratio : 1;
    checkSize(width, height * stretch);
    yield await drawPicture(source, {
      width,
      height,
      stretch,
      images,
      orientation: one(ORIENTATION, 1),
      drop: colours!.drop,
    });
  }
}

/** Strips or tiles, side by side; undefined for a kind of TIFF that we cannot draw. */
function imagesOf(file: Buffer, directory: Directory, space: string): PdfImage[] | undefined {
  const one = (tag: number, fallback: number) => directory.get(tag)?.[0] ?? fallback;
  const width = one(WIDTH, 0);
  const height = one(HEIGHT, 0);
  const tiled = directory.has(TILE_OFFSETS);
  const offsets = directory.get(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
  const sizes = directory.get(tiled ? TILE_BYTES : STRIP_BYTES) ?? [];
  const across = tiled ? one(TILE_WIDTH, 0) : width;
  const down = tiled ? one(TILE_HEIGHT, 0) : Math.min(height, one(STRIP_ROWS, height));
  if (offsets === undefined || !(across > 0 && down > 0)) return undefined;
  const columns = Math.ceil(width / across);
  const images: PdfImage[] = [];
  for (const [i, offset] of offsets.entries()) {
    const top = Math.floor(i / columns) * down;
    if (top >= height) break;
    // A last strip is only as high as what is left; tiles are whole.
    const rows = tiled ? down : Math.min(down, height - top);
    const data = file.subarray(offset, offset + (sizes[i] ?? file.length));
    const stream = streamOf(file, directory, data, across, rows);
    if (stream === undefined) return undefined;
    images.push({
      dictionary: `/Width ${across} /Height ${rows} ${space} ${stream.filter}`,
      data: stream.data,
      ...{ x: (i % columns) * across, y: height - top - rows, width: across, height: rows },
    });
  }
  return images;
}
