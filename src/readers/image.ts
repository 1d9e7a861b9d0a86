import type { Pixels } from '../ocr/ocr.ts';
import { fitPixels } from './image-fit.ts';
import { ocrText } from './ocr-text.ts';
import { ReadError, type Reader, type ReadOptions } from './reader.ts';
import { whyNotRecognised } from './unsupported.ts';

export type ImageType = 'png' | 'jpeg' | 'gif' | 'tiff' | 'webp' | 'bmp';

/** One image of a file; `undefined` for a page that is damaged. */
export type Decoder = (bytes: Uint8Array) => AsyncIterable<Pixels | undefined> | Iterable<Pixels | undefined>;

/** One file a format, loaded at its first document. */
const DECODERS: Record<ImageType, () => Promise<Decoder>> = {
  png: async () => (await import('./image-png.ts')).decodePng,
  jpeg: async () => (await import('./image-jpeg.ts')).decodeJpeg,
  gif: async () => (await import('./image-gif.ts')).decodeGif,
  tiff: async () => (await import('./image-tiff.ts')).decodeTiff,
  webp: async () => (await import('./image-webp.ts')).decodeWebp,
  bmp: async () => (await import('./image-bmp.ts')).decodeBmp,
};

/** Text of an image by recognition; a TIFF's pages are numbered. */
export function imageReader(type: ImageType): Reader {
  return async function* readImage(bytes, options) {
    const { ocr } = options;
    if (ocr === undefined || ocr.mode === 'off' || ocr.mode === 'absent')
      throw new ReadError('unsupported', `${type} image: ${whyNotRecognised(ocr?.mode)}`);
    const decode = await DECODERS[type]();
    const damaged: number[] = [];
    let page = 0;
    for await (const image of decode(bytes)) {
      options.signal?.throwIfAborted();
      page++;
      if (image === undefined) damaged.push(page);
      else yield* readPage(fitPixels(image), type === 'tiff' ? { page } : {}, ocr);
    }
    if (damaged.length === page) throw new ReadError('corrupt', `damaged ${type} image`);
    if (damaged.length > 0)
      options.partial({ code: 'corrupt', reason: `page ${damaged.slice(0, 20).join(', ')}: damaged` });
  };
}

async function* readPage(image: Pixels, locator: { page?: number }, ocr: NonNullable<ReadOptions['ocr']>) {
  const { text, confidence } = ocrText(await ocr.recognise(image));
  if (text !== '') yield { locator: { ...locator, ocr: confidence }, text };
}
