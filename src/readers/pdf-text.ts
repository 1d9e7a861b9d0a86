/** PDFium's mark for a hyphen at a line end; the line break behind it is already gone. */
const JOINED_HYPHEN = /\ufffe/g;
const LINE_END_HYPHEN = /(\p{L})[\u00ad\u2010]\n(?=\p{Ll})/gu;
/** Ligatures, and the radicals and compatibility forms that fonts put in the place of the ordinary character. */
const COMPATIBILITY = /[\ufb00-\ufb06\u2e80-\u2fdf\uf900-\ufaff]/g;
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]/g;

/** Line ends as `\n`, hyphenated words joined, ligatures expanded, control characters gone. */
export function cleanPageText(raw: string): string {
  return raw
    .replace(/\r\n?/g, '\n')
    .replace(JOINED_HYPHEN, '')
    .replace(CONTROL, '')
    .replace(LINE_END_HYPHEN, '$1')
    .replace(/\u00ad/g, '')
    .replace(COMPATIBILITY, (character) => character.normalize('NFKC'))
    .replace(/[ \t\u00a0]+\n/g, '\n')
    .trimEnd();
}
