import { SIMPLIFIED, TRADITIONAL } from './simplified.ts';

export interface Normalized {
  text: string;
  /** Offset in `text` (0…length) → offset in the original, both in UTF-16 units. Never decreases. */
  at(index: number): number;
}

const ASCII = /^[\x00-\x7f]*$/;
const EXPANDS = 0xffff;
const DROPS = 0xfffe;

const simplifiedOf = new Map<string, string>();

/** Filled at first use: text without Han needs none of it. */
function simplified(character: string): string {
  if (simplifiedOf.size === 0)
    for (let i = 0; i < TRADITIONAL.length; i++) simplifiedOf.set(TRADITIONAL[i]!, SIMPLIFIED[i]!);
  return simplifiedOf.get(character) ?? character;
}

/** Letters that Unicode does not decompose but people type without the stroke, and punctuation with a plain twin. */
const PLAIN: Record<string, string> = {
  ß: 'ss',
  ẞ: 'ss',
  æ: 'ae',
  Æ: 'ae',
  œ: 'oe',
  Œ: 'oe',
  ø: 'o',
  Ø: 'o',
  đ: 'd',
  Đ: 'd',
  ð: 'd',
  Ð: 'd',
  þ: 'th',
  Þ: 'th',
  ł: 'l',
  Ł: 'l',
  ħ: 'h',
  Ħ: 'h',
  ı: 'i',
  İ: 'i',
  ς: 'σ',
  '‘': "'",
  '’': "'",
  ʼ: "'",
  '‐': '-',
  '‑': '-',
  '−': '-',
};

// One slot a UTF-16 unit, filled when first seen: 0 = not seen yet.
const folded = new Uint16Array(0x10000);
const expansions = new Map<number, string>();

/**
 * Diacritics go: people leave them out when they ask, and Porter expects plain letters. Only those of Latin, Greek, Cyrillic,
 * Hebrew and Arabic; in Indic scripts and kana the marks are letters of the word.
 */
function foldCharacter(character: string): string {
  const plain = PLAIN[character];
  if (plain !== undefined) return plain;
  // "6½" must not become "61⁄2" nor "Windows™" "windowstm" nor "word²" "word2".
  if (/[\u2120\u2122\u00b2\u00b3\u00b9\u2070-\u207e]|[\u00bc-\u00be\u2150-\u215f\u2189]/.test(character))
    return character;
  if (/\u00ad|[\u200b-\u200d]|\u2060|\ufeff|[\ufe00-\ufe0f]/.test(character)) return '';
  const bare = character
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670]/g, '')
    .normalize('NFC')
    .toLowerCase();
  return bare.length === 1 && bare >= '\u3400' ? simplified(bare) : bare;
}

function fold(unit: number): number {
  const text = foldCharacter(String.fromCharCode(unit));
  if (text.length === 1 && text.charCodeAt(0) < DROPS) return (folded[unit] = text.charCodeAt(0));
  if (text === '') return (folded[unit] = DROPS);
  expansions.set(unit, text);
  return (folded[unit] = EXPANDS);
}

/** The fold of one unit where it is one unit; else -1. Cheap enough to be asked for each character of a book. */
export function foldUnit(unit: number): number {
  const to = folded[unit] || fold(unit);
  return to >= DROPS ? -1 : to;
}

/** Marks that join the character before them into one: voiced kana, half-width too, and Hangul vowels and finals. */
const joins = (unit: number): boolean =>
  (unit >= 0x1160 && unit <= 0x11ff) || unit === 0x3099 || unit === 0x309a || unit === 0xff9e || unit === 0xff9f;

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/**
 * NFKC, lower case, diacritics off, full-width → half-width, traditional → simplified, zero-width characters out: the form in
 * which texts and questions are compared. Each character that grows or shrinks keeps its place through `at`.
 */
export function normalize(text: string): Normalized {
  if (ASCII.test(text)) return { text: text.toLowerCase(), at: (index) => index };
  const length = text.length;
  let out = '';
  let offsets: number[] | undefined;
  for (let i = 0; i < length; ) {
    const unit = text.charCodeAt(i);
    let end = i + 1;
    let piece: string;
    if (isHigh(unit) && end < length) end++;
    while (end < length && joins(text.charCodeAt(end))) end++;
    if (end === i + 1) {
      const to = folded[unit] || fold(unit);
      piece = to === EXPANDS ? expansions.get(unit)! : to === DROPS ? '' : String.fromCharCode(to);
    } else {
      piece = foldCharacter(text.slice(i, end));
    }
    if (!offsets && piece.length !== end - i) offsets = range(out.length);
    if (offsets) for (let k = 0; k < piece.length; k++) offsets.push(i);
    out += piece;
    i = end;
  }
  if (!offsets) return { text: out, at: (index) => index };
  const map = Int32Array.from(offsets);
  return { text: out, at: (index) => map[index] ?? length };
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
