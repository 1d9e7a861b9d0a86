import { decode } from 'bmp-ts';
import type { Pixels } from '../ocr/ocr.ts';
import { checkSize, withoutAlpha } from './image-fit.ts';
import { ReadError } from './reader.ts';

export function* decodeBmp(bytes: Uint8Array): Generator<Pixels> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 54) throw new ReadError('corrupt', 'the BMP is cut off');
  checkSize(file.readInt32LE(18), Math.abs(file.readInt32LE(22)));
  const { width, height, data } = decode(file, { toRGBA: true });
  const rgba = new Uint8Array(data.buffer, data.byteOffset, data.length);
  // The fourth byte is seldom meant.
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
  yield withoutAlpha(rgba, width, Math.abs(height));
}
