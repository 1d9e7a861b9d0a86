/** What a UTF-16 unit is to the tokenizer. Scripts written without spaces are cut by a dictionary, Hangul into pairs. */
export const SEPARATOR = 1;
export const WORD = 2;
export const HAN = 3;
export const HANGUL = 4;
export const THAI = 5;
export const NUMERAL = 6;

export type Script = 1 | 2 | 3 | 4 | 5 | 6;

/** Longer than any identifier: what goes on without a break (base64, a minified line) is taken in pieces of this size. */
const LONGEST = 256;

const DOT = 46;
const COMMA = 44;
const UNDERSCORE = 95;
const PLUS = 43;
const HASH = 35;

// One slot a UTF-16 unit, filled when first seen: 0 = not seen yet.
const scripts = new Uint8Array(0x10000);

const HAN_LIKE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc\uff70\uff9e\uff9f\u3005-\u3007]/u;
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function scriptOf(character: string): Script {
  // The classes below are compiled when first asked, which a text without them need not pay.
  if (character < '\x80') return /[A-Za-z0-9]/.test(character) ? WORD : SEPARATOR;
  // Nearly all Chinese text, without the class below.
  if (character >= '\u4e00' && character <= '\u9fff') return HAN;
  if (HAN_LIKE.test(character)) return HAN;
  if (/\p{Script=Hangul}/u.test(character)) return HANGUL;
  if (UNSPACED.test(character)) return THAI;
  if (/\p{No}/u.test(character)) return NUMERAL;
  // Soft hyphen and zero-width joiners stand inside words; `normalize` takes them out.
  if (/[\p{L}\p{M}\p{Nd}\p{Nl}\u00ad\u200c\u200d]/u.test(character)) return WORD;
  return SEPARATOR;
}

/** Of the character at an offset. */
export function script(text: string, at: number): Script {
  const unit = text.charCodeAt(at);
  const known = scripts[unit]!;
  if (known !== 0) return known as Script;
  if (unit >= 0xd800 && unit < 0xe000) return scriptOf(String.fromCodePoint(text.codePointAt(at)!));
  return (scripts[unit] = scriptOf(String.fromCharCode(unit)));
}

const width = (text: string, at: number): 1 | 2 => (text.codePointAt(at)! > 0xffff ? 2 : 1);

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

/** `.` `-` `/` `\` `@` `'` `’` `‑` join two word characters to one identifier, any number of `_` too. */
const joiners = new Set(".-/\\@'\u2019\u2010\u2011".split('').map((joiner) => joiner.charCodeAt(0)));

/** Length of the joiner at `at` if a word goes on behind it, else 0. */
function joiner(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  let end = at + 1;
  if (unit === UNDERSCORE) {
    while (text.charCodeAt(end) === UNDERSCORE) end++;
  } else if (unit === COMMA) {
    // "10,000", but not "1,2" and not "2020,2021".
    if (!isDigit(text.charCodeAt(at - 1)) || !/^\d{3}(?!\d)/.test(text.slice(end, end + 4))) return 0;
  } else if (!joiners.has(unit)) {
    return 0;
  }
  return end < text.length && script(text, end) === WORD ? end - at : 0;
}

function wordEnd(text: string, start: number): number {
  let i = start;
  while (i < text.length) {
    if (script(text, i) === WORD) {
      i += width(text, i);
      if (i - start >= LONGEST) return i;
    } else {
      const jump = i - start < LONGEST / 2 ? joiner(text, i) : 0;
      if (jump === 0) break;
      i += jump;
    }
  }
  return i + sigil(text, start, i);
}

/** `c++`, `C#`: signs without which the name is another one. */
function sigil(text: string, start: number, end: number): number {
  const unit = text.charCodeAt(end);
  const length = unit === HASH && end - start === 1 ? 1 : unit === PLUS && text.charCodeAt(end + 1) === PLUS ? 2 : 0;
  if (length === 0 || isDigit(text.charCodeAt(end - 1))) return 0;
  return end + length < text.length && script(text, end + length) === WORD ? 0 : length;
}

/** Calls `visit` for each run of one script, in order; a `WORD` run is a whole identifier with its joiners. */
export function scan(text: string, visit: (script: Script, start: number, end: number) => void): void {
  const length = text.length;
  for (let i = 0; i < length; ) {
    const kind = script(text, i);
    const start = i;
    if (kind === SEPARATOR) {
      i++;
      continue;
    }
    if (kind === WORD) {
      i = wordEnd(text, i);
    } else {
      i += width(text, i);
      while (kind !== NUMERAL && i < length && i - start < LONGEST && script(text, i) === kind) i += width(text, i);
    }
    visit(kind, start, i);
  }
}

export const isDecimalPoint = (text: string, at: number): boolean =>
  text.charCodeAt(at) === DOT && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1));
