import type { Kind, Locator, Section, Span } from '../types.ts';
import { boundary, lineStart, safeCut } from './boundary.ts';
import { estimate } from './estimate.ts';

/** `text === document.slice(start, end)`; `context` is what it stands under and is not in it: headings, sheet, header row. */
export interface Passage extends Span {
  text: string;
  context: string;
  locator: Locator;
}

export interface ChunkOptions {
  /** No passage with its context has more model tokens, as counted by `countTokens`. */
  maxTokens: number;
  countTokens(text: string): number;
  /** Model tokens aimed at. Smaller pieces lose words of the question, larger ones blur the vector: 300 is best of 120 … 380. */
  aimTokens?: number;
}

export const AIM_TOKENS = 300;

/** Below this share of the aim a piece looks for company. */
const SMALL = 0.25;
/** How far the count may lie above the estimate, of words and of odd text: none of 12,000 pieces of books and code was above. */
const WORDS_MARGIN = 1.3;
const ODD_MARGIN = 1.7;
/** Share of the limit that context and text together may be estimated at. */
const FILL = 0.95;
/** Cut at the best boundary in the last 60 % of what would fit. */
const EARLIEST = 0.4;
const LONGEST_TITLE = 300;

interface Piece {
  start: number;
  text: string;
  tokens: number;
  /** Nothing but white space: goes with its neighbour, whatever that is. */
  blank: boolean;
  section: Section;
  /** The document's. */
  title: string;
  locator: Locator;
}

/** Where the piece that begins at `from` ends: all of the rest if it fits, half of it if that is enough, else the best cut. */
function pieceEnd(text: string, from: number, kind: Kind, aim: number): number {
  const reach = estimate(text, from, text.length, aim);
  if (reach.end === text.length) return reach.end;
  const rest = estimate(text, reach.end, text.length, aim);
  const budget = rest.end === text.length ? ((reach.tokens + rest.tokens) / 2) * 1.15 : aim;
  const limit = budget < aim ? estimate(text, from, reach.end, budget).end : reach.end;
  return bestCut(text, from, limit, kind);
}

function bestCut(text: string, from: number, limit: number, kind: Kind): number {
  let best = 0;
  let cut = 0;
  for (let at = limit, first = from + Math.ceil((limit - from) * EARLIEST); at > first && best < 6; at--) {
    const level = boundary(text, at, kind);
    if (level > best) {
      best = level;
      cut = at;
    }
  }
  if (best > 0) return cut;
  // Lines of code and rows are whole unless one alone is too long.
  for (let at = limit; at > from; at--) if (lineStart(text, at)) return at;
  return safeCut(text, from, Math.max(limit, from + 1));
}

const sameParent = (a: readonly string[] = [], b: readonly string[] = []): boolean => {
  const shared = Math.max(0, Math.min(a.length, b.length) - (a.length === b.length ? 1 : 0));
  return Math.abs(a.length - b.length) <= 1 && a.slice(0, shared).every((heading, i) => heading === b[i]);
};

const sameHeading = (a: Locator, b: Locator): boolean => (a.heading ?? []).join('\0') === (b.heading ?? []).join('\0');

/** Never across a page, slide, sheet or part: a citation names one. */
function belong(a: Piece, b: Piece, aim: number): boolean {
  const [x, y] = [a.locator, b.locator];
  if (a.blank || b.blank) return a.tokens + b.tokens <= 2 * aim;
  if (x.page !== y.page || x.slide !== y.slide || x.sheet !== y.sheet || x.part !== y.part) return false;
  if (x.range !== y.range || a.tokens + b.tokens > aim) return false;
  if (sameHeading(x, y)) return true;
  return Math.min(a.tokens, b.tokens) < aim * SMALL && sameParent(x.heading, y.heading);
}

/**
 * Title, sheet, headings and header row, without those the text itself shows. A long header row is cut: it must leave room for rows.
 * The title is worth 2 points of BM25's nDCG@10 and 1 of the fused one where abstracts fill two passages (SciFact).
 */
function contextOf(section: Section, title: string, text: string, aim: number): string {
  const { sheet = '', heading = [] } = section.locator;
  const above = [title, sheet, ...heading].map((part) => part.trim());
  const path = above.filter((part, i) => above.indexOf(part) === i);
  const unseen = path.filter((part) => part !== '' && !text.includes(part)).join(' › ');
  const header = section.header?.trim() ?? '';
  const lines = [unseen, header !== '' && !text.includes(header) ? header : ''].filter((line) => line !== '');
  const context = lines.join('\n');
  return context.slice(0, safeCut(context, 0, estimate(context, 0, context.length, aim / 3).end));
}

function countLines(text: string): number {
  let lines = 0;
  // Searching is native; a loop over the characters of each passage is not, until it was compiled.
  for (let at = text.indexOf('\n') + 1; at > 0; at = text.indexOf('\n', at) + 1) lines++;
  for (let at = text.indexOf('\r') + 1; at > 0; at = text.indexOf('\r', at) + 1) if (lineStart(text, at)) lines++;
  return lines;
}

function* cut(section: Section, title: string, start: number, aim: number, maxTokens: number): Generator<Piece> {
  const { text, kind = 'prose', locator } = section;
  let line = locator.line;
  // A context is cut at a third of the aim: mostly there is room whatever it is, and then it need not be made.
  const most = maxTokens * FILL;
  const room = most - aim / 2 > aim ? aim : Math.min(aim, most - estimate(contextOf(section, title, '', aim)).tokens);
  for (let from = 0; from < text.length; ) {
    const end = pieceEnd(text, from, kind, room);
    const piece = text.slice(from, end);
    yield {
      start: start + from,
      text: piece,
      tokens: estimate(text, from, end).tokens,
      blank: piece.trim() === '',
      section,
      title,
      locator: line === undefined ? locator : { ...locator, line },
    };
    if (line !== undefined) line += countLines(piece);
    from = end;
  }
}

/** Counting takes as long as all the rest, so it is left out where the estimate leaves no doubt. */
function surelyFits(context: string, text: string, { maxTokens }: ChunkOptions): boolean {
  const parts = [estimate(context), estimate(text)];
  const most = parts.reduce((sum, { tokens, odd }) => sum + (tokens - odd) * WORDS_MARGIN + odd * ODD_MARGIN, 0);
  return most < maxTokens;
}

/** The passage or, where the count says it is too long after all, its halves. */
function* passages(piece: Piece, options: ChunkOptions, aim: number): Generator<Passage> {
  const { start, text, section, title, locator } = piece;
  const context = contextOf(section, title, text, aim);
  const fits = surelyFits(context, text, options) || options.countTokens(`${context}\n${text}`) <= options.maxTokens;
  const end = fits ? text.length : bestCut(text, 0, Math.ceil(text.length * 0.6), section.kind ?? 'prose');
  if (end >= text.length) {
    yield { start, end: start + text.length, text, context, locator };
    return;
  }
  const first = text.slice(0, end);
  yield* passages({ ...piece, text: first, tokens: estimate(first).tokens }, options, aim);
  const second = text.slice(end);
  const moved = locator.line === undefined ? locator : { ...locator, line: locator.line + countLines(first) };
  const rest = { ...piece, start: start + end, text: second, tokens: estimate(second).tokens, locator: moved };
  yield* passages(rest, options, aim);
}

export interface PassageCutter {
  /** The passages that are complete once the next section is known. */
  add(section: Section): Iterable<Passage>;
  end(): Iterable<Passage>;
}

/**
 * Cuts a document into passages that partition its text: concatenated they are the concatenation of the sections' texts.
 * Holds one section and one passage at a time.
 */
export function passageCutter(options: ChunkOptions): PassageCutter {
  const aim = Math.min(options.aimTokens ?? AIM_TOKENS, options.maxTokens);
  let start = 0;
  let title = '';
  let held: Piece | undefined;
  return {
    *add(section) {
      if (title === '') title = section.title?.trim() || firstLine(section, start);
      for (const piece of cut(section, title, start, aim, options.maxTokens)) {
        if (held && belong(held, piece, aim)) {
          const owner = held.blank ? piece : held;
          held = { ...owner, start: held.start, text: held.text + piece.text, tokens: held.tokens + piece.tokens };
        } else {
          if (held) yield* passages(held, options, aim);
          held = piece;
        }
      }
      start += section.text.length;
    },
    *end() {
      if (held) yield* passages(held, options, aim);
    },
  };
}

/** The passages of all sections in turn. */
export async function* chunkSections(
  sections: AsyncIterable<Section> | Iterable<Section>,
  options: ChunkOptions,
): AsyncGenerator<Passage> {
  const cutter = passageCutter(options);
  for await (const section of sections) yield* cutter.add(section);
  yield* cutter.end();
}

/** A short first line with an empty line below it is what plain text has for a title. */
function firstLine(section: Section, start: number): string {
  if (start > 0 || (section.kind ?? 'prose') !== 'prose') return '';
  const line = /^\s*(\S[^\r\n]*)\r?\n[ \t]*\r?\n/.exec(section.text.slice(0, 2 * LONGEST_TITLE))?.[1]?.trim() ?? '';
  return line.length <= LONGEST_TITLE ? line : '';
}

/** What `countTerms` is given for a chunk: what it stands under, and itself. */
export const indexText = ({ context, text }: { context: string; text: string }): string =>
  context === '' ? text : `${context}\n${text}`;

/** What the embedder is given for a chunk; the model's own prefix is the driver's business. */
export const embeddingText = (chunk: { context: string; text: string }): string => indexText(chunk).trim();
