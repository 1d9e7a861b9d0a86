import type { Problem } from '../types.ts';

/** An image as rows of RGB bytes, top row first. */
export interface Pixels {
  width: number;
  height: number;
  /** `width * height * 3` bytes. */
  data: Uint8Array;
}

/** A rectangle in the image that may lean: `x`, `y` are its centre, `angle` is in radians, clockwise on the screen. */
export interface Box {
  x: number;
  y: number;
  /** Along the text, in pixels. */
  width: number;
  height: number;
  angle: number;
}

/** One line of text as it was found; lines come in no particular order. */
export interface Line {
  text: string;
  box: Box;
  /** Mean probability of its characters, 0 to 1. */
  confidence: number;
}

export interface Recognition {
  /** Of the image after it was turned upright: what the boxes refer to. */
  width: number;
  height: number;
  /** Quarter turns, clockwise, that made the text upright. */
  turned: 0 | 1 | 2 | 3;
  lines: Line[];
}

/**
 * Reads text in images, English and Chinese, simplified and traditional. Calls queue up; the caller bounds how many are under way.
 * Throws OcrError for an image that cannot be read (its child process crashed or took too long): others go on.
 */
export interface Ocr {
  /** Engine and version, shown by `rag doctor`. */
  readonly id: string;
  recognise(image: Pixels, signal?: AbortSignal): Promise<Recognition>;
  close(): Promise<void>;
}

/** An image that could not be read: `timeout`, `crashed`, or `unsupported` where the engine cannot start at all. */
export class OcrError extends Error {
  readonly problem: Problem;

  constructor(code: 'timeout' | 'crashed' | 'unsupported', reason: string) {
    super(reason);
    this.name = 'OcrError';
    this.problem = { code, reason };
  }
}
