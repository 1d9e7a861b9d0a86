import type { PageChars } from './pdf-lines.ts';
import { type Pdfium, utf16 } from './pdfium.ts';

/** Characters of a text page whose angle is looked at to see which way the page is written. */
const SAMPLES = 40;

const SIDES: [number, number, number, number][] = [
  [0, 3, 2, 1],
  [1, 0, 3, 2],
  [2, 1, 0, 3],
  [3, 2, 1, 0],
];

/** A page's characters with their boxes, turned so that its lines run from left to right. Undefined if it cannot be loaded. */
export function pageChars(pdfium: Pdfium, page: number): PageChars | undefined {
  let text = pdfium._FPDFText_LoadPage(page);
  if (text === 0) return undefined;
  const turn = quarterTurns(pdfium, text);
  if ((turn + pdfium._FPDFPage_GetRotation(page)) % 4 !== 0) {
    // PDFium orders a line's pieces as the page is shown, so it must be shown upright.
    pdfium._FPDFText_ClosePage(text);
    pdfium._FPDFPage_SetRotation(page, (4 - turn) % 4);
    text = pdfium._FPDFText_LoadPage(page);
    if (text === 0) return undefined;
  }
  let buffer = 0;
  try {
    const count = pdfium._FPDFText_CountChars(text);
    if (count <= 0) return { text: '', boxes: new Float32Array() };
    // Four bytes for each character: one outside the BMP takes two units, and the count is of characters.
    buffer = pdfium._malloc((count + 1) * 4 + 16);
    const written = pdfium._FPDFText_GetText(text, 0, count, buffer);
    const string = utf16(pdfium, buffer, Math.max(0, written - 1) * 2);
    return { text: string, boxes: charBoxes(pdfium, text, string, turn, buffer) };
  } finally {
    if (buffer !== 0) pdfium._free(buffer);
    pdfium._FPDFText_ClosePage(text);
  }
}

function charBoxes(pdfium: Pdfium, text: number, string: string, turn: number, buffer: number): Float32Array {
  const boxes = new Float32Array(string.length * 4);
  const exact = string.length === pdfium._FPDFText_CountChars(text);
  let at = new Float32Array(pdfium.HEAPU8.buffer, buffer, 4);
  // In each turn, which of FS_RECTF (left, top, right, bottom) is our left, bottom, right and top; those of one axis change sign.
  const [l, b, r, t] = SIDES[turn]!;
  const across = turn === 1 || turn === 2 ? -1 : 1;
  const up = turn === 2 || turn === 3 ? -1 : 1;
  for (let i = 0, to = 0; i < string.length; i++, to += 4) {
    const unit = string.charCodeAt(i);
    // A line end has no box.
    if (unit === 10 || unit === 13) continue;
    // Control characters are in the list of characters, but not in the text.
    const index = exact ? i : pdfium._FPDFText_GetCharIndexFromTextIndex(text, i);
    if (index < 0 || pdfium._FPDFText_GetLooseCharBox(text, index, buffer) === 0) continue;
    // PDFium's memory moves when it grows.
    if (at.length === 0) at = new Float32Array(pdfium.HEAPU8.buffer, buffer, 4);
    boxes[to] = at[l]! * across;
    boxes[to + 1] = at[b]! * up;
    boxes[to + 2] = at[r]! * across;
    boxes[to + 3] = at[t]! * up;
  }
  return boxes;
}

/** How most characters are turned on the page, in quarters clockwise. */
function quarterTurns(pdfium: Pdfium, text: number): number {
  const count = pdfium._FPDFText_CountChars(text);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < count; i += Math.ceil(count / SAMPLES)) {
    const angle = pdfium._FPDFText_GetCharAngle(text, i);
    if (angle >= 0) counts[Math.round(angle / (Math.PI / 2)) % 4]!++;
  }
  return counts.indexOf(Math.max(...counts));
}
