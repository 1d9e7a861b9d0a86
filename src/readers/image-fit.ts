import type { Pixels } from '../ocr/ocr.ts';
import { ReadError } from './reader.ts';

/** Larger images are refused before they are decoded: they would take 4 bytes a pixel. A4 at 600 dpi has 35 million. */
const MAX_PIXELS = 50_000_000;
/** What recognition gets: A4 at 300 dpi. Finer detail does not help it. */
const OCR_PIXELS = 9_000_000;

/** Throws ReadError for an image that would not fit in memory. */
export function checkSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new ReadError('corrupt', 'the image has no size');
  if (width * height > MAX_PIXELS)
    throw new ReadError('too_large', `${width} × ${height} pixels, over ${MAX_PIXELS / 1_000_000} million`);
}

/** The size to work on: the same shape, within `OCR_PIXELS`. */
export function fittingSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(OCR_PIXELS / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/** Shrinks by whole steps, the mean of each block, until it is within `OCR_PIXELS`. */
export function fitPixels(image: Pixels): Pixels {
  const step = Math.ceil(Math.sqrt((image.width * image.height) / OCR_PIXELS));
  if (step <= 1) return image;
  const width = Math.max(1, Math.floor(image.width / step));
  const height = Math.max(1, Math.floor(image.height / step));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let i = 0; i < width * 3; i++) {
      const from = (y * step * image.width + Math.floor(i / 3) * step) * 3 + (i % 3);
      let sum = 0;
      let count = 0;
      for (let row = 0; row < step && y * step + row < image.height; row++)
        for (let column = 0; column < step; column++, count++)
          sum += image.data[from + (row * image.width + column) * 3]!;
      data[y * width * 3 + i] = sum / count;
    }
  return { width, height, data };
}

/** Above this mean a drawing is light, and stands out on black. */
const LIGHT = 190;

/**
 * Four bytes a pixel → three. What shows through is put on white, or on black where what is drawn is light: text on a transparent
 * ground must not vanish.
 */
export function withoutAlpha(rgba: Uint8Array, width: number, height: number): Pixels {
  const pixels = width * height;
  let light = 0;
  let opacity = 0;
  let clear = false;
  for (let at = 0; at < pixels * 4; at += 4) {
    const alpha = rgba[at + 3]!;
    if (alpha < 255) clear = true;
    light += ((rgba[at]! + rgba[at + 1]! + rgba[at + 2]!) / 3) * alpha;
    opacity += alpha;
  }
  const ground = clear && light > LIGHT * opacity ? 0 : 255;
  const data = new Uint8Array(pixels * 3);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 4, to += 3) {
    const alpha = rgba[from + 3]! / 255;
    for (let channel = 0; channel < 3; channel++)
      data[to + channel] = rgba[from + channel]! * alpha + ground * (1 - alpha) + 0.5;
  }
  return { width, height, data };
}
