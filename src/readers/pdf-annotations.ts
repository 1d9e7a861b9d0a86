import type { Pdfium } from './pdfium.ts';

/** Annotations whose appearance is text of the page: free text, form fields. Notes and links are not. */
const FREE_TEXT = 3;
const WIDGET = 20;
/** Looked at; a page with more has them early. */
const MAX_ANNOTATIONS = 500;

/** A page with the text of its form fields as its own. 0 if it cannot be loaded; the caller closes it. */
export function loadWithFields(pdfium: Pdfium, document: number, index: number): number {
  const page = pdfium._FPDF_LoadPage(document, index);
  if (page === 0 || !hasTextAnnotations(pdfium, page) || pdfium._FPDFPage_Flatten(page, 0) !== 1) return page;
  pdfium._FPDF_ClosePage(page);
  return pdfium._FPDF_LoadPage(document, index);
}

function hasTextAnnotations(pdfium: Pdfium, page: number): boolean {
  const count = Math.min(pdfium._FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS);
  for (let index = 0; index < count; index++) {
    const annotation = pdfium._FPDFPage_GetAnnot(page, index);
    if (annotation === 0) continue;
    const subtype = pdfium._FPDFAnnot_GetSubtype(annotation);
    pdfium._FPDFPage_CloseAnnot(annotation);
    if (subtype === FREE_TEXT || subtype === WIDGET) return true;
  }
  return false;
}
