import { copyIn, type Pdfium } from './pdfium.ts';
import { ReadError } from './reader.ts';

const PASSWORD = 4;
const SECURITY = 5;

export interface OpenPdf {
  /** PDFium's handle. */
  document: number;
  close(): void;
}

/** Throws ReadError for what cannot be opened. */
export function openPdf(pdfium: Pdfium, bytes: Uint8Array, password?: string): OpenPdf {
  const copy = copyIn(pdfium, bytes);
  const secret = password === undefined ? 0 : copyIn(pdfium, new TextEncoder().encode(`${password}\0`));
  const document = pdfium._FPDF_LoadMemDocument(copy, bytes.length, secret);
  const close = () => {
    if (document !== 0) pdfium._FPDF_CloseDocument(document);
    if (secret !== 0) pdfium._free(secret);
    pdfium._free(copy);
  };
  if (document !== 0) return { document, close };
  const error = openError(pdfium._FPDF_GetLastError(), secret !== 0);
  close();
  throw error;
}

function openError(code: number, given: boolean): ReadError {
  if (code === PASSWORD)
    return new ReadError('encrypted', given ? 'the password is wrong' : 'the PDF needs a password');
  if (code === SECURITY)
    return new ReadError('encrypted', 'the PDF is encrypted for certificates or in an unknown way');
  return new ReadError('corrupt', 'not a readable PDF: damaged or cut off');
}
