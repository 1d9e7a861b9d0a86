import { RagError } from '../errors.ts';
import { type PageImage, ReadError } from '../readers/reader.ts';
import { type OriginalDeps, withJob } from './original.ts';

export interface PageImageInput {
  source: string;
  /** The document's extracted text. */
  text: string;
  /** From 1. */
  page: number;
  /** Pixels. */
  width: number;
  /** Of the quote, in `text`; equal: nothing to point at. */
  start: number;
  end: number;
}

/** Of what stands before a quote: enough to tell it from its like. */
const BEFORE = 32;

/** A page of a PDF as it looks now, with a quote's place on it. Throws RagError('not_found' | 'unreadable'). */
export async function pageImage(deps: OriginalDeps, input: PageImageInput): Promise<PageImage> {
  const { source, text, page, width, start, end } = input;
  try {
    return await withJob(deps, source, async (job) => {
      if (job === undefined) throw new RagError('not_found', `${source} is not there any more`);
      const quote = text.slice(start, end);
      const before = text.slice(Math.max(0, start - BEFORE), start);
      return deps.sandbox.draw({ ...job, draw: { page, width, quote, before } });
    });
  } catch (cause) {
    if (cause instanceof ReadError) throw new RagError('unreadable', `${source}: ${cause.message}`, { cause });
    throw cause;
  }
}
