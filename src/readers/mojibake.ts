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

/** What a font without a character map leaves: replacement, private use, control characters, unassigned code points. */
const UNMAPPED = /[\ufffd\p{Co}\p{Cn}\u0000-\u0008\u000b\u000e-\u001f\u0080-\u009f]/gu;
/** PDFium's own marks for a hyphen at a line end. */
const HYPHEN_MARKS = /[\ufffe\u0002]/g;
/** Bytes of a multi-byte encoding taken for Latin-1 or windows-1252. Real words hold three such letters in a row at most. */
const LATIN_RUNS =
  /[\u00a1-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{4,}/g;
/** Symbols of prose, code and formulas; leaders, rules and list marks left out. */
const LATIN_HIGH = /[\u00a1-\u00ff]/g;
const SYMBOLS = /[!"$%&'()/:;<>?@[\\\]^`{}~]/g;

/**
 * Says what makes a page's text layer garbage: not text that someone could read, or search for; undefined if it is usable. Code,
 * tables of numbers, formulas and text in any script are usable. Too little text to judge counts as usable.
 */
export function garbage(raw: string): Garbage | undefined {
  const text = raw.replace(HYPHEN_MARKS, '').slice(0, 20_000);
  const length = text.replace(/\s+/g, '').length;
  if (length === 0) return undefined;
  if (length >= 3 && count(text, UNMAPPED) > length * 0.25) return 'unmapped';
  if (length < 20) return undefined;
  let runs = 0;
  for (const [run] of text.matchAll(LATIN_RUNS)) runs += /[^\u00a1-\u00bf\u2013-\u2122]/.test(run) ? run.length : 0;
  const high = new Set(text.match(LATIN_HIGH));
  if (runs > length * 0.25 || (high.size >= 12 && count(text, LATIN_HIGH) > length * 0.3)) return 'wrong encoding';
  const symbols = text.match(SYMBOLS) ?? [];
  if (symbols.length > length * 0.5 && new Set(symbols).size >= 8) return 'symbols';
  if (unusualHan(text)) return 'unusual characters';
  if (scriptChanges(text) > 0.3) return 'mixed scripts';
  const { pairs, score } = fluency(text);
  if (pairs >= 80 && pairs > length * 0.2 && score < (pairs >= 200 ? 0.8 : 0.65)) return 'scrambled letters';
  return spaced(text) ? 'spaced letters' : undefined;
}

export const usable = (text: string): boolean => garbage(text) === undefined;

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** `T h e   t e x t`: words that only their letters show. Columns of single letters do not make words when joined. */
function spaced(text: string): boolean {
  const runs = text.match(/(?<!\p{L})(?:\p{Script=Latin}[ \t]{1,3}){8,}/gu) ?? [];
  const joined = runs.map((run) => run.replace(/\s+/g, '')).join(' ');
  if (joined.length < 60 || joined.length < count(text, /\p{Script=Latin}/gu) * 0.6) return false;
  return fluency(joined).score > 1.1;
}
