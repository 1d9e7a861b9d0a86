/** What a character is to the tests for garbage. Letters are from `han` up, by what may stand beside what in a word. */
export const KIND = {
  unmapped: 1,
  mark: 2,
  digit: 3,
  other: 4,
  han: 8,
  east: 9,
  latin: 10,
  greek: 11,
  cyrillic: 12,
  arabic: 13,
  hebrew: 14,
  indic: 15,
  indic2: 16,
  southeast: 17,
  caucasus: 18,
  letter: 19,
} as const;

/** The first that fits. */
const PATTERNS: [number, RegExp][] = [
  // Replacement, private use, control characters, unassigned code points: what a font without a character map leaves.
  [KIND.unmapped, /[\ufffd\p{Co}\p{Cn}\u0000-\u0008\u000b\u000e-\u001f\u0080-\u009f]/u],
  [KIND.han, /\p{Script=Han}/u],
  [KIND.mark, /\p{M}/u],
  [KIND.digit, /\p{N}/u],
  [KIND.other, /\P{L}/u],
  [KIND.east, /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]/u],
  [KIND.latin, /\p{Script=Latin}/u],
  [KIND.greek, /\p{Script=Greek}/u],
  [KIND.cyrillic, /\p{Script=Cyrillic}/u],
  [KIND.arabic, /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u],
  [KIND.hebrew, /\p{Script=Hebrew}/u],
  [
    KIND.indic,
    /[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Gujarati}\p{Script=Gurmukhi}]/u,
  ],
  [KIND.indic2, /[\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Oriya}]/u],
  [KIND.southeast, /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u],
  [KIND.caucasus, /[\p{Script=Armenian}\p{Script=Georgian}]/u],
];

/** One byte for each UTF-16 unit, filled where it is asked for: a regular expression for each letter of a page costs more than PDFium. */
const known = new Uint8Array(0x10000);

/** The kind of the character at an offset; a character of two units has it at the first, and `mark` at the second. */
export function kindAt(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  const kind = known[unit]!;
  if (kind !== 0) return kind;
  if (unit >= 0xd800 && unit < 0xe000) return ofPair(text, offset, unit);
  known[unit] = ofCharacter(String.fromCharCode(unit));
  return known[unit]!;
}

function ofPair(text: string, offset: number, unit: number): number {
  const code = text.codePointAt(offset)!;
  if (code > 0xffff) return ofCharacter(String.fromCodePoint(code));
  const before = offset > 0 ? text.charCodeAt(offset - 1) : 0;
  return unit >= 0xdc00 && before >= 0xd800 && before < 0xdc00 ? KIND.mark : KIND.other;
}

const ofCharacter = (character: string) => PATTERNS.find(([, pattern]) => pattern.test(character))?.[0] ?? KIND.letter;

/** Letters and digits, in characters. */
export function letterCount(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const kind = kindAt(text, i);
    if (kind >= KIND.han || kind === KIND.digit) count++;
  }
  return count;
}
