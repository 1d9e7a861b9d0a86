import { KIND, kindAt } from './letter-kinds.ts';
import { fluency } from './letters.ts';
import { scriptChanges, unusualHan } from './scripts.ts';

export type Garbage =
  | 'unmapped'
  | 'wrong encoding'
  | 'symbols'
  | 'scrambled letters'
  | 'unusual characters'
  | 'mixed scripts'
  | 'spaced letters';

/** PDFium's own marks for a hyphen at a line end. */
const HYPHEN_MARKS = /[\ufffe\u0002]/g;
/** Bytes of a multi-byte encoding taken for Latin-1 or windows-1252. Real words hold three such letters in a row at most. */
const LATIN_RUNS =
  /[\u00a1-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{4,}/g;
/** Symbols of prose, code and formulas; leaders, rules and list marks left out. */
const LATIN_HIGH = /[\u00a1-\u00ff]/g;
const SYMBOLS = /[!"$%&'()/:;<>?@[\\\]^`{}~]/g;
const SYMBOL_UNITS = Uint8Array.from({ length: 128 }, (_, unit) =>
  String.fromCharCode(unit).search(SYMBOLS) < 0 ? 0 : 1,
);

/**
 * Says what makes a page's text layer garbage: not text that someone could read, or search for; undefined if it is usable. Code,
 * tables of numbers, formulas and text in any script are usable. Too little text to judge counts as usable.
 */
export function garbage(raw: string): Garbage | undefined {
  const text = raw.slice(0, 20_000).replace(HYPHEN_MARKS, '');
  const { length, unmapped, high, symbols, han, single } = tally(text);
  if (length === 0) return undefined;
  if (length >= 3 && unmapped > length * 0.25) return 'unmapped';
  if (length < 20) return undefined;
  if (high > length * 0.25 && wrongEncoding(text, length)) return 'wrong encoding';
  if (symbols > length * 0.5 && new Set(text.match(SYMBOLS)).size >= 8) return 'symbols';
  if (han >= 20 && unusualHan(text)) return 'unusual characters';
  if (scriptChanges(text) > 0.3) return 'mixed scripts';
  const { pairs, score } = fluency(text);
  if (pairs >= 80 && pairs > length * 0.2 && score < (pairs >= 200 ? 0.8 : 0.65)) return 'scrambled letters';
  return single >= 50 && spaced(text) ? 'spaced letters' : undefined;
}

export const usable = (text: string): boolean => garbage(text) === undefined;

/** Counts, in one pass, of what the tests look for: a test whose characters are not there need not be made. */
interface Tally {
  /** Characters other than white space. */
  length: number;
  unmapped: number;
  /** Beyond ASCII and below the scripts, and punctuation: what LATIN_RUNS and LATIN_HIGH can match. */
  high: number;
  symbols: number;
  han: number;
  /** Latin letters alone between other characters. */
  single: number;
}

function tally(text: string): Tally {
  const found: Tally = { length: 0, unmapped: 0, high: 0, symbols: 0, han: 0, single: 0 };
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000) {
      inWord = false;
      continue;
    }
    const kind = kindAt(text, i);
    found.length++;
    if (kind === KIND.unmapped) found.unmapped++;
    else if (kind === KIND.han) found.han++;
    else if (unit < 128) {
      if (SYMBOL_UNITS[unit] === 1) found.symbols++;
    } else if (unit < 0x300 || (unit >= 0x2000 && unit < 0x2200)) found.high++;
    if (kind === KIND.latin && !inWord && text.charCodeAt(i + 1) === 32) found.single++;
    inWord = kind >= KIND.han;
  }
  return found;
}

function wrongEncoding(text: string, length: number): boolean {
  let runs = 0;
  for (const [run] of text.matchAll(LATIN_RUNS)) runs += /[^\u00a1-\u00bf\u2013-\u2122]/.test(run) ? run.length : 0;
  const high = text.match(LATIN_HIGH) ?? [];
  return runs > length * 0.25 || (high.length > length * 0.3 && new Set(high).size >= 12);
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** `T h e   t e x t`: words that only their letters show. Columns of single letters do not make words when joined. */
function spaced(text: string): boolean {
  const runs = text.match(/(?<!\p{L})(?:\p{Script=Latin}[ \t]{1,3}){8,}/gu) ?? [];
  const joined = runs.map((run) => run.replace(/\s+/g, '')).join(' ');
  if (joined.length < 60 || joined.length < count(text, /\p{Script=Latin}/gu) * 0.6) return false;
  return fluency(joined).score > 1.1;
}
