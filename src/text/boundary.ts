import type { Kind } from '../types.ts';

const NEWLINE = 10;
const RETURN = 13;

/** Is `at` the start of a line? CR LF is one line end. */
export function lineStart(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before === NEWLINE || (before === RETURN && text.charCodeAt(at) !== NEWLINE);
}

const isBlank = (unit: number): boolean => unit === 32 || unit === 9 || unit === 0xa0 || unit === 0x3000;
const isSpace = (unit: number): boolean => isBlank(unit) || unit === NEWLINE || unit === RETURN || unit === 12;

/** Is the line that ends before `at` (a line start) empty or white? */
function afterBlankLine(text: string, at: number): boolean {
  let i = at - 1;
  if (text.charCodeAt(i) === NEWLINE && text.charCodeAt(i - 1) === RETURN) i--;
  i--;
  while (i >= 0 && isBlank(text.charCodeAt(i))) i--;
  return i < 0 || text.charCodeAt(i) === NEWLINE || text.charCodeAt(i) === RETURN;
}

/** Nothing ends behind a letter, a digit or a Han character: most places are settled by this. */
const insideWord = (unit: number): boolean =>
  (unit >= 97 && unit <= 122) ||
  (unit >= 65 && unit <= 90) ||
  (unit >= 48 && unit <= 57) ||
  (unit >= 0x3400 && unit < 0xa000);

const LIST_ITEM = /[-*+\u2022\u00b7#|>]|\d{1,3}[.)\u3001\uff0e]|[(\uff08]?[\u4e00-\u5341\d]{1,3}[\u3001\uff09)]/y;
const CLOSING = new Set('"\')]}\u201d\u2019\u300d\u300f\uff09\u3011\u300b');
const STOP = new Set('.!?');
const WIDE_STOP = new Set('\u3002\uff01\uff1f\uff1b\u2026');
const CLAUSE = new Set(',;:');
const WIDE_CLAUSE = new Set('\uff0c\u3001\uff1a');

function listItem(text: string, at: number): boolean {
  let i = at;
  while (isBlank(text.charCodeAt(i))) i++;
  LIST_ITEM.lastIndex = i;
  return LIST_ITEM.test(text);
}

/**
 * How well the text may be cut before `at`; 0 = only in need. Prose: paragraph, list item, sentence, line, clause, word.
 * Code: a blank line before something that is not indented, a blank line, a line that is not indented, any line. Table: row.
 */
export function boundary(text: string, at: number, kind: Kind): number {
  if (insideWord(text.charCodeAt(at - 1))) return 0;
  const newLine = lineStart(text, at);
  if (newLine && kind === 'table') return 6;
  if (newLine) {
    const indented = isBlank(text.charCodeAt(at));
    if (isSpace(text.charCodeAt(at)) && !indented) return kind === 'code' ? 3 : 2;
    const afterBlank = afterBlankLine(text, at);
    if (kind === 'code') return afterBlank ? (indented ? 5 : 6) : indented || /[})\]]/.test(text.charAt(at)) ? 3 : 4;
    if (afterBlank) return 6;
    if (listItem(text, at)) return 5;
  }
  if (kind !== 'prose') return 0;
  // Spaces go with what stands before them.
  if (isSpace(text.charCodeAt(at)) && !newLine) return 0;
  let i = at - 1;
  while (i >= 0 && isSpace(text.charCodeAt(i)) && at - i < 80) i--;
  const spaced = i < at - 1;
  while (i >= 0 && CLOSING.has(text.charAt(i)) && at - i < 90) i--;
  const last = text.charAt(i);
  if (WIDE_STOP.has(last) && !CLOSING.has(text.charAt(at))) return WIDE_STOP.has(text.charAt(at)) ? 0 : 4;
  if (spaced && STOP.has(last)) return 4;
  if (newLine) return 3;
  if (WIDE_CLAUSE.has(last) || (spaced && CLAUSE.has(last))) return 2;
  return spaced ? 1 : 0;
}

/** The nearest place at or before `at`, after `from`, that splits no character: no surrogate pair, no CR LF, no base from its mark. */
export function safeCut(text: string, from: number, at: number): number {
  let cut = at;
  while (cut > from + 1 && at - cut < 16 && splitsCharacter(text, cut)) cut--;
  if (!splitsPair(text, cut)) return cut;
  return cut - 1 > from ? cut - 1 : cut + 1;
}

const splitsPair = (text: string, at: number): boolean =>
  (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;

function splitsCharacter(text: string, at: number): boolean {
  if (splitsPair(text, at)) return true;
  if (text.charCodeAt(at - 1) === RETURN && text.charCodeAt(at) === NEWLINE) return true;
  return /\p{M}|\u200d/u.test(text.charAt(at)) || text.charCodeAt(at - 1) === 0x200d;
}
