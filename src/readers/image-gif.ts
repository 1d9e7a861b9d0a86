import { GifReader } from 'omggif';
import type { Pixels } from '../ocr/ocr.ts';
import { checkSize, withoutAlpha } from './image-fit.ts';
import { ReadError } from './reader.ts';

/** The first frame: what moves afterwards seldom says more. */
export function* decodeGif(bytes: Uint8Array): Generator<Pixels> {
  if (bytes.length < 13) throw new ReadError('corrupt', 'the GIF is cut off');
  checkSize(bytes[6]! | (bytes[7]! << 8), bytes[8]! | (bytes[9]! << 8));
  const gif = new GifReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  if (gif.numFrames() === 0) throw new ReadError('corrupt', 'the GIF has no frame');
  const frame = gif.frameInfo(0);
  // A frame may be said to reach beyond the screen.
  checkSize(frame.x + frame.width, frame.y + frame.height);
  if (frame.x + frame.width > gif.width || frame.y + frame.height > gif.height)
    throw new ReadError('corrupt', 'a frame of the GIF is larger than the image');
  const rgba = new Uint8Array(gif.width * gif.height * 4);
  gif.decodeAndBlitFrameRGBA(0, rgba);
  yield withoutAlpha(rgba, gif.width, gif.height);
}
