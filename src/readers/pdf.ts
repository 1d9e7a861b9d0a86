import type { OcrMode, Section } from '../types.ts';
import { loadWithFields } from './pdf-annotations.ts';
import { pageChars } from './pdf-chars.ts';
import { LOOK_AHEAD, runningHeads } from './pdf-heads.ts';
import { pageLayout } from './pdf-layout.ts';
import { type PageRecogniser, pageRecogniser } from './pdf-ocr.ts';
import { openPdf } from './pdf-open.ts';
import { outlineCutter, readOutline } from './pdf-outline.ts';
import { cleanPageText } from './pdf-text.ts';
import { copyIn, type Pdfium, readUtf16, threadPdfium } from './pdfium.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { whyNotRecognised } from './unsupported.ts';

/** Where the end mark must stand; some files have other bytes behind it. */
const END = 4096;

/** Pages as sections, cut at the headings of the outline; one page in memory at a time beside the file itself. */
export async function* readPdf(
  bytes: Uint8Array,
  options: ReadOptions,
  source = threadPdfium,
): AsyncGenerator<Section> {
  const pdfium = await source.get();
  try {
    yield* readPages(pdfium, bytes, options);
  } catch (error) {
    if (error instanceof Error && (error.name === 'RuntimeError' || error instanceof RangeError)) {
      source.discard();
      throw new ReadError('corrupt', 'the PDF is damaged: its structure stops the reader', { cause: error });
    }
    throw error;
  }
}

async function* readPages(pdfium: Pdfium, bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(-END).includes('%%EOF'))
    options.partial({ code: 'corrupt', reason: 'the PDF has no end mark: it may be cut off' });
  const { document, close } = openPdf(pdfium, bytes, options.password);
  try {
    yield* readDocument(pdfium, document, options);
  } finally {
    close();
  }
}

/** A page on its way out; from 0. */
interface ReadPage {
  page: number;
  content: string;
  ocr?: number;
}

async function* readDocument(pdfium: Pdfium, document: number, options: ReadOptions): AsyncGenerator<Section> {
  const pages = pdfium._FPDF_GetPageCount(document);
  const cut = outlineCutter(readOutline(pdfium, document));
  const heads = runningHeads();
  const waiting: ReadPage[] = [];
  const recogniser = pageRecogniser(pdfium, document, options);
  const broken: number[] = [];
  let title: string | undefined = metaTitle(pdfium, document);
  let found = false;
  function* sectionsOf({ page, content, ocr }: ReadPage): Generator<Section> {
    for (const piece of cut(page, `${heads.strip(page, content)}\n`)) {
      const heading = piece.heading.length > 0 ? { heading: piece.heading } : {};
      const locator = { page: page + 1, ...heading, ...(ocr === undefined ? {} : { ocr }) };
      yield { locator, text: piece.text, ...(title ? { title } : {}) };
      title = undefined;
    }
  }
  for (let page = 0; page < pages; page++) {
    options.signal?.throwIfAborted();
    const raw = pageText(pdfium, document, page);
    if (raw === undefined) broken.push(page + 1);
    if (raw === undefined) continue;
    const recognised = await recogniser.read(page, raw);
    const content = recognised?.text.trimEnd() ?? raw;
    if (content.trim() === '') continue;
    found = true;
    heads.note(page, content);
    waiting.push({ page, content, ...(recognised ? { ocr: recognised.confidence } : {}) });
    if (waiting.length > LOOK_AHEAD) yield* sectionsOf(waiting.shift()!);
  }
  for (const last of waiting) yield* sectionsOf(last);
  if (!found) {
    if (broken.length > 0 || pages === 0) throw new ReadError('corrupt', 'the PDF has no readable page');
    throw noText(recogniser, pages, options.ocr?.mode);
  }
  if (recogniser.missed.length > 0)
    options.partial({
      code: 'no_text',
      reason: `${pageList(recogniser.missed)} no text layer; ${whyNotRecognised(options.ocr?.mode)}`,
    });
  const [failure] = recogniser.failed;
  if (failure)
    options.partial({
      ...failure.problem,
      reason: `${pageList(recogniser.failed.map(({ page }) => page))} no text: ${failure.problem.reason}`,
    });
  if (broken.length > 0) options.partial({ code: 'corrupt', reason: `${pageList(broken)} a damaged structure` });
}

/** Why a document came out without any text. */
function noText({ missed, failed }: PageRecogniser, pages: number, mode: OcrMode | undefined): ReadError {
  const [failure] = failed;
  if (failure) return new ReadError(failure.problem.code, `no text layer, and ${failure.problem.reason}`);
  if (missed.length > 0)
    return new ReadError('no_text', `no text layer on any of ${pages} pages; ${whyNotRecognised(mode)}`);
  return new ReadError('empty', `no text on any of ${pages} pages`);
}

/** Undefined if the page cannot be loaded. */
function pageText(pdfium: Pdfium, document: number, index: number): string | undefined {
  const page = loadWithFields(pdfium, document, index);
  if (page === 0) return undefined;
  try {
    const chars = pageChars(pdfium, page);
    return chars && cleanPageText(pageLayout(chars));
  } finally {
    pdfium._FPDF_ClosePage(page);
  }
}

function metaTitle(pdfium: Pdfium, document: number): string | undefined {
  const tag = copyIn(pdfium, new TextEncoder().encode('Title\0'));
  try {
    const title = readUtf16(pdfium, (buffer, length) => pdfium._FPDF_GetMetaText(document, tag, buffer, length));
    return title.replace(/[\s\u0000-\u001f]+/g, ' ').trim() || undefined;
  } finally {
    pdfium._free(tag);
  }
}

/** `pages 3-5, 9 have` */
function pageList(pages: number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < pages.length; ) {
    let last = i;
    while (pages[last + 1] === pages[last]! + 1) last++;
    runs.push(last > i ? `${pages[i]}-${pages[last]}` : `${pages[i]}`);
    i = last + 1;
  }
  const shown = runs.length > 20 ? `${runs.slice(0, 20).join(', ')} and ${runs.length - 20} more` : runs.join(', ');
  return pages.length > 1 ? `pages ${shown} have` : `page ${shown} has`;
}
