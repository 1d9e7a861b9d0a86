import type { Pixels, Recognition } from '../ocr/ocr.ts';
import type { OcrMode, Problem, Section } from '../types.ts';

export interface ReadOptions {
  /** The file's name: a hint where bytes cannot tell (`.py` and `.md` are both text). */
  name: string;
  signal?: AbortSignal;
  /** Opens an encrypted file; without it, or if it is wrong, such a file fails with `encrypted`. */
  password?: string;
  /** Text recognition; without it, as if it were off. */
  ocr?: Recogniser;
  /** Says that what follows or precedes is not the whole file; the document is then `partial`. */
  partial(problem: Problem): void;
  /**
   * Takes a file that lies in this one (a member of an archive, an attachment of a mail): its name, and its bytes or why they cannot
   * be had. The caller reads it as a document of its own (`mail.eml!/name`) and says when it has room for the next. Readers name
   * attachments in the text whether or not it is given.
   */
  child?(name: string, content: Uint8Array | Problem): Promise<void>;
}

/** Text recognition as a reader sees it. */
export interface Recogniser {
  mode: OcrMode;
  /** One image at a time. Throws ReadError for an image that cannot be read. */
  recognise(image: Pixels): Promise<Recognition>;
}

/**
 * Bytes in, sections out, one page or part in memory at a time. Throws `ReadError` if nothing can be read.
 * No network, no file system, no clock.
 */
export type Reader = (bytes: Uint8Array, options: ReadOptions) => AsyncIterable<Section>;

/** Where and what to draw of a PDF. */
export interface PageWanted {
  /** From 1. */
  page: number;
  /** Pixels. */
  width: number;
  /** What to find on it, and what stands before that: the same words may be there more than once. */
  quote: string;
  before: string;
}

export interface PageImage {
  png: Uint8Array;
  width: number;
  height: number;
  /** Of the document. */
  pages: number;
  /** Where the quote stands, a box a line: left, top, width, height as shares of the page. */
  boxes: [number, number, number, number][];
}

/** A file that cannot be read, with the stable code shown to the user. */
export class ReadError extends Error {
  readonly problem: Problem;

  constructor(code: Problem['code'], reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'ReadError';
    this.problem = { code, reason };
  }
}
