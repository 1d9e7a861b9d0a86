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
  /**
   * Said twice: `whole` = an identifier that has parts, which follow over the same span; `piece` = some characters of the longer
   * Han word before it, so that 共和国 finds 中华人民共和国. Tokens without a role stand side by side as the text does.
   */
  role?: 'whole' | 'piece';
}

const CACHED_IDENTIFIERS = 50_000;
const CACHED_RUNS = 50_000;
/** Most short runs come again (的, 是, 中国); long ones hardly ever. */
const SHORT_RUN = 6;
const SHORTEST_PIECE = 2;
const LONGEST_PIECE = 4;

/** Made at first use: loading its dictionaries costs more than a whole search in a language that needs none. */
const segmenters = new Map<typeof HAN | typeof THAI, Intl.Segmenter>();
const identifiers = new Map<string, string[]>();
const runs = new Map<string, string[]>();

function segmenter(kind: typeof HAN | typeof THAI): Intl.Segmenter {
  let made = segmenters.get(kind);
  if (made === undefined) {
    made = new Intl.Segmenter(kind === HAN ? 'zh' : 'th', { granularity: 'word' });
    segmenters.set(kind, made);
  }
  return made;
}

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
  const segments = segmenter(kind).segment(run);
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

/** What people call a long name by: its parts of 2 to 4 characters. Rare characters outside the BMP are left whole. */
function pieces(word: string): [number, number][] {
  const found: [number, number][] = [];
  if (word.length <= SHORTEST_PIECE || /[\ud800-\udfff]/.test(word)) return found;
  for (let length = SHORTEST_PIECE; length <= LONGEST_PIECE && length < word.length; length++) {
    for (let from = 0; from + length <= word.length; from++) found.push([from, from + length]);
  }
  return found;
}

function* placed(kind: Script, run: string): Generator<Token> {
  if (kind === HANGUL) {
    for (const [start, term] of pairs(run).entries()) yield { term, start, end: start + term.length };
    return;
  }
  let start = 0;
  for (const term of kind === HAN || kind === THAI ? segment(run, kind) : [run]) {
    yield { term, start, end: start + term.length };
    for (const [from, to] of kind === HAN ? pieces(term) : []) {
      yield { term: term.slice(from, to), start: start + from, end: start + to, role: 'piece' };
    }
    start += term.length;
  }
}

/** Index terms with their places, in reading order. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  scan(text, (kind, start, end) => {
    const raw = text.slice(start, end);
    if (kind === WORD) {
      const terms = identifier(raw);
      for (const [k, term] of terms.entries()) {
        out.push(k === 0 && terms.length > 1 ? { term, start, end, role: 'whole' } : { term, start, end });
      }
      return;
    }
    const { text: run, at } = normalize(raw);
    if (run === '') return;
    for (const token of placed(kind, run)) {
      const to = token.end === run.length ? raw.length : at(token.end);
      out.push({ ...token, start: start + at(token.start), end: start + to });
    }
  });
  return out;
}

/** Index terms of one run, each as often as it counts. */
export function termsOf(kind: Script, raw: string): string[] {
  if (kind === WORD) return identifier(raw);
  const run = foldRun(raw) ?? normalize(raw).text;
  if (run === '') return [];
  if (kind !== HAN) return Array.from(placed(kind, run), ({ term }) => term);
  const words = segment(run, HAN);
  if (words.every((word) => word.length <= SHORTEST_PIECE)) return words;
  return words.flatMap((word) => [word, ...pieces(word).map(([from, to]) => word.slice(from, to))]);
}

/** Term → occurrences: what `tokens` finds, counted and without the places. Adds to `into` if given. */
export function countTerms(text: string, into: Map<string, number> = new Map()): Map<string, number> {
  scan(text, (kind, start, end) => {
    for (const term of termsOf(kind, text.slice(start, end))) into.set(term, (into.get(term) ?? 0) + 1);
  });
  return into;
}
