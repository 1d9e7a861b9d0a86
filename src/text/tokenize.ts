import { identifierTerms } from './identifier.ts';
import { foldUnit, normalize } from './normalize.ts';
import { HAN, HANGUL, type Script, scan, THAI, WORD } from './scan.ts';

/** Raise it when the same text would give other terms: the index is then made anew from the stored text. */
export const TOKENIZER_VERSION = 1;

/** `start` and `end` are UTF-16 offsets into the text as it was given. */
export interface Token {
  term: string;
  start: number;
  end: number;
  /** An identifier as a whole; its parts follow over the same span. */
  whole?: true;
}

const CACHED_IDENTIFIERS = 50_000;
const CACHED_RUNS = 50_000;
/** Most short runs come again (的, 是, 中国); long ones hardly ever. */
const SHORT_RUN = 6;

const segmenters = {
  [HAN]: new Intl.Segmenter('zh', { granularity: 'word' }),
  [THAI]: new Intl.Segmenter('th', { granularity: 'word' }),
};
const identifiers = new Map<string, string[]>();
const runs = new Map<string, string[]>();

function identifier(raw: string): string[] {
  const known = identifiers.get(raw);
  if (known) return known;
  const terms = identifierTerms(raw);
  if (identifiers.size >= CACHED_IDENTIFIERS) identifiers.clear();
  identifiers.set(raw, terms);
  return terms;
}

/** The words of a run, in order and without gaps. */
function segment(run: string, kind: typeof HAN | typeof THAI): string[] {
  if (run.length === 1) return [run];
  const known = run.length <= SHORT_RUN ? runs.get(run) : undefined;
  if (known) return known;
  const words: string[] = [];
  // Asking for each position costs 2/3 of iterating, and an Intl iterator over a long text is quadratic.
  const segments = segmenters[kind].segment(run);
  for (let i = 0; i < run.length; ) {
    const word = segments.containing(i)!.segment;
    words.push(word);
    i += word.length;
  }
  if (run.length <= SHORT_RUN) {
    if (runs.size >= CACHED_RUNS) runs.clear();
    runs.set(run, words);
  }
  return words;
}

/** Overlapping pairs: Korean particles cling to their word. */
function pairs(run: string): string[] {
  if (run.length <= 2) return [run];
  return Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2));
}

/** The run folded, if each unit stays one unit and so keeps its place. */
function foldRun(run: string): string | undefined {
  let changed: number[] | undefined;
  for (let i = 0; i < run.length; i++) {
    const unit = run.charCodeAt(i);
    if ((unit >= 0xd800 && unit < 0xe000) || unit === 0x3099 || unit === 0x309a || (unit >= 0xff00 && unit < 0xffef))
      return;
    const to = foldUnit(unit);
    if (to < 0) return undefined;
    if (to !== unit) {
      changed ??= Array.from(run, (_, k) => run.charCodeAt(k));
      changed[i] = to;
    }
  }
  return changed ? String.fromCharCode(...changed) : run;
}

function cutRun(kind: Script, run: string): string[] {
  return kind === HANGUL ? pairs(run) : kind === HAN || kind === THAI ? segment(run, kind) : [run];
}

/** Index terms with their places, in reading order. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  scan(text, (kind, start, end) => {
    const raw = text.slice(start, end);
    if (kind === WORD) {
      const terms = identifier(raw);
      for (const [k, term] of terms.entries()) {
        out.push(k === 0 && terms.length > 1 ? { term, start, end, whole: true } : { term, start, end });
      }
      return;
    }
    const { text: run, at } = normalize(raw);
    let from = 0;
    for (const term of cutRun(kind, run)) {
      const to = from + term.length;
      if (term !== '')
        out.push({ term, start: start + at(from), end: start + (to === run.length ? raw.length : at(to)) });
      from = kind === HANGUL ? from + 1 : to;
    }
  });
  return out;
}

/** Term → occurrences: what `tokens` finds, counted and without the places. Adds to `into` if given. */
export function countTerms(text: string, into: Map<string, number> = new Map()): Map<string, number> {
  scan(text, (kind, start, end) => {
    const raw = text.slice(start, end);
    const terms = kind === WORD ? identifier(raw) : cutRun(kind, foldRun(raw) ?? normalize(raw).text);
    for (const term of terms) if (term !== '') into.set(term, (into.get(term) ?? 0) + 1);
  });
  return into;
}
