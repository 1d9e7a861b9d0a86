import type { Problem } from '../types.ts';
import { fittingSize } from './image-fit.ts';
import { letterCount } from './letter-kinds.ts';
import { usable } from './mojibake.ts';
import { type OcrText, ocrText } from './ocr-text.ts';
import { renderPage } from './pdf-image.ts';
import type { Pdfium } from './pdfium.ts';
import { ReadError, type ReadOptions } from './reader.ts';

/** Of a page as it is drawn for recognition; scans are seldom finer, and letters of 8 points come out 22 px high. */
const DPI = 200;
const POINTS = 72;
/** Fewer letters and digits than this beside a picture are a stamp or a page number, not the page's text. */
const FEW_LETTERS = 40;
/** Kinds of page objects: text, a drawn path (letters as outlines are hundreds of them), an image, a form with either in it. */
const TEXT = 1;
const PATH = 2;
const IMAGE = 3;
const FORM = 5;
const MANY_PATHS = 60;
/** Objects looked at; what can be recognised comes early. */
const MAX_OBJECTS = 5000;

export interface PageRecogniser {
  /** The page's text by recognition; undefined where its own text is to be taken. */
  read(page: number, text: string): Promise<OcrText | undefined>;
  /** Pages that recognition failed on, by the problem it had. */
  readonly failed: { page: number; problem: Problem }[];
  /** Pages that have something to recognise, where recognition is not to be had. */
  readonly missed: number[];
}

/** Recognises pages one at a time, where it is worth it: those without a text layer, and those whose text layer is garbage. */
export function pageRecogniser(pdfium: Pdfium, document: number, { ocr }: ReadOptions): PageRecogniser {
  const failed: PageRecogniser['failed'] = [];
  const missed: number[] = [];
  let mode = ocr?.mode ?? 'off';
  return {
    failed,
    missed,
    async read(index, text) {
      const few = letterCount(text) < FEW_LETTERS;
      if (mode !== 'force' && !few && usable(text)) return undefined;
      const page = pdfium._FPDF_LoadPage(document, index);
      if (page === 0) return undefined;
      let image: ReturnType<typeof draw>;
      try {
        if (few && !isDrawn(pdfium, page) && !(text.trim() === '' && hasUnmapped(pdfium, page))) return undefined;
        if (mode === 'off' || mode === 'absent') {
          missed.push(index + 1);
          return undefined;
        }
        image = draw(pdfium, page);
      } finally {
        pdfium._FPDF_ClosePage(page);
      }
      try {
        const recognised = ocrText(await ocr!.recognise(image));
        // A picture beside the words: what recognition found in it is less than the words themselves.
        return few && letterCount(recognised.text) < letterCount(text) ? undefined : recognised;
      } catch (error) {
        if (!(error instanceof ReadError)) throw error;
        failed.push({ page: index + 1, problem: error.problem });
        if (error.problem.code === 'unsupported') mode = 'absent';
        return undefined;
      }
    },
  };
}

/** Text is shown, and PDFium finds not even a space in it: the font does not say which characters its glyphs are. */
function hasUnmapped(pdfium: Pdfium, page: number): boolean {
  const text = pdfium._FPDFText_LoadPage(page);
  const characters = text === 0 ? -1 : pdfium._FPDFText_CountChars(text);
  if (text !== 0) pdfium._FPDFText_ClosePage(text);
  if (characters !== 0) return false;
  const count = Math.min(MAX_OBJECTS, pdfium._FPDFPage_CountObjects(page));
  for (let i = 0; i < count; i++)
    if (pdfium._FPDFPageObj_GetType(pdfium._FPDFPage_GetObject(page, i)) === TEXT) return true;
  return false;
}

function isDrawn(pdfium: Pdfium, page: number): boolean {
  const count = Math.min(MAX_OBJECTS, pdfium._FPDFPage_CountObjects(page));
  let paths = 0;
  for (let i = 0; i < count; i++) {
    const type = pdfium._FPDFPageObj_GetType(pdfium._FPDFPage_GetObject(page, i));
    if (type === IMAGE || type === FORM) return true;
    if (type === PATH && ++paths >= MANY_PATHS) return true;
  }
  return false;
}

function draw(pdfium: Pdfium, page: number) {
  const scale = DPI / POINTS;
  const { width, height } = fittingSize(
    Math.max(1, pdfium._FPDF_GetPageWidth(page) * scale),
    Math.max(1, pdfium._FPDF_GetPageHeight(page) * scale),
  );
  return renderPage(pdfium, page, width, height);
}
