import { PDFiumModule } from '@hyzyla/pdfium';

/** The functions of PDFium's C interface that we call. Numbers are addresses in `HEAPU8` unless named otherwise. */
export interface Pdfium {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(bytes: number, length: number, password: number): number;
  _FPDF_CloseDocument(document: number): void;
  _FPDF_GetLastError(): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_GetMetaText(document: number, tag: number, buffer: number, length: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDF_GetPageWidth(page: number): number;
  _FPDF_GetPageHeight(page: number): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, buffer: number, stride: number): number;
  _FPDFBitmap_FillRect(bitmap: number, left: number, top: number, width: number, height: number, colour: number): void;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  /** Writes two integers: where a point of the page (points, from its lower left) lies on a drawing of that size. */
  _FPDF_PageToDevice(
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    x: number,
    y: number,
    deviceX: number,
    deviceY: number,
  ): number;
  _FPDFPage_CountObjects(page: number): number;
  _FPDFPage_GetObject(page: number, index: number): number;
  _FPDFPageObj_GetType(object: number): number;
  /** Quarters clockwise. */
  _FPDFPage_GetRotation(page: number): number;
  _FPDFPage_SetRotation(page: number, quarters: number): void;
  _FPDFPage_GetAnnotCount(page: number): number;
  _FPDFPage_GetAnnot(page: number, index: number): number;
  _FPDFPage_CloseAnnot(annotation: number): void;
  _FPDFAnnot_GetSubtype(annotation: number): number;
  _FPDFPage_Flatten(page: number, usage: number): number;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetText(text: number, start: number, count: number, buffer: number): number;
  _FPDFText_GetCharIndexFromTextIndex(text: number, index: number): number;
  /** Fills four floats: left, top, right, bottom. */
  _FPDFText_GetLooseCharBox(text: number, index: number, rect: number): number;
  /** Radians, clockwise; negative if unknown. */
  _FPDFText_GetCharAngle(text: number, index: number): number;
  _FPDFBookmark_GetFirstChild(document: number, bookmark: number): number;
  _FPDFBookmark_GetNextSibling(document: number, bookmark: number): number;
  _FPDFBookmark_GetTitle(bookmark: number, buffer: number, length: number): number;
  _FPDFBookmark_GetDest(document: number, bookmark: number): number;
  _FPDFBookmark_GetAction(bookmark: number): number;
  _FPDFAction_GetDest(document: number, action: number): number;
  _FPDFDest_GetDestPageIndex(document: number, destination: number): number;
}

/** A thread's PDFium, started at the first file and thrown away after a trap, which leaves its memory undefined. */
export interface PdfiumSource {
  get(): Promise<Pdfium>;
  discard(): void;
}

export function pdfiumSource(): PdfiumSource {
  let opened: Promise<Pdfium> | undefined;
  return {
    get() {
      opened ??= openPdfium();
      return opened;
    },
    discard() {
      opened = undefined;
    },
  };
}

/** The thread's PDFium: starting one takes 50 ms and 20 MB. */
export const threadPdfium: PdfiumSource = pdfiumSource();

async function openPdfium(): Promise<Pdfium> {
  const pdfium = (await PDFiumModule({})) as unknown as Pdfium;
  pdfium._FPDF_InitLibrary();
  return pdfium;
}

/** Calls a function that fills a buffer with UTF-16LE and says how many bytes it needs, terminator included. */
export function readUtf16(pdfium: Pdfium, fill: (buffer: number, length: number) => number): string {
  const length = fill(0, 0);
  if (length <= 2) return '';
  const buffer = pdfium._malloc(length);
  try {
    fill(buffer, length);
    return utf16(pdfium, buffer, length - 2);
  } finally {
    pdfium._free(buffer);
  }
}

export function utf16(pdfium: Pdfium, address: number, bytes: number): string {
  return Buffer.from(pdfium.HEAPU8.buffer, address, bytes).toString('utf16le');
}

/** Copies bytes into PDFium's memory; the caller frees the address. */
export function copyIn(pdfium: Pdfium, bytes: Uint8Array): number {
  const address = pdfium._malloc(Math.max(1, bytes.length));
  if (address === 0) throw new RangeError('no memory for the file');
  pdfium.HEAPU8.set(bytes, address);
  return address;
}
