import type { StoreReader } from '../store/store.ts';
import { idf } from '../text/bm25.ts';
import { STOP_WORDS } from '../text/stopwords.ts';
import { tokens } from '../text/tokenize.ts';
import type { Document } from '../types.ts';
import { sha256 } from './digest.ts';
import { textOf } from './extracted.ts';
import { languageOf } from './prompt.ts';
import { sentences } from './sentences.ts';
import { tablesOf } from './tables.ts';

export type QuestionKind = 'heading' | 'definition' | 'table' | 'faq' | 'statement';

/** A question whose answer is known to stand in one place. One JSON line each in the file of `rag eval init`. */
export interface Question {
  id: string;
  /** Questions are measured by set: the kind and the language. */
  set: string;
  question: string;
  source: string;
  /** Words of the passage that should be found. */
  quote: string;
}

export interface QuestionInput {
  /** How many at most, spread over documents and kinds. */
  count: number;
  signal: AbortSignal;
}

/** Per document and kind: a manual of a thousand pages must not be the whole test. */
const PER_KIND = 4;
const SHORTEST_QUOTE = 24;
const LONGEST_QUOTE = 400;
/** Content words of a statement that become its question. */
const KEYWORDS = 5;

/**
 * Makes questions from the home's own documents, without a model. So that headings do not give the answer away, a question never
 * uses a word of the headings above its passage, and what stands there as a question is asked in part.
 */
export async function makeQuestions(store: StoreReader, { count, signal }: QuestionInput): Promise<Question[]> {
  const made: Question[] = [];
  for await (const document of store.documents()) {
    signal.throwIfAborted();
    made.push(...(await questionsOf(store, document, await textOf(store, document))));
  }
  // What two passages answer is no fair question.
  const times = new Map<string, number>();
  for (const { question } of made) times.set(question, (times.get(question) ?? 0) + 1);
  return spread(
    made.filter(({ question }) => times.get(question) === 1),
    count,
  );
}

async function questionsOf(store: StoreReader, document: Document, text: string): Promise<Question[]> {
  const found: Question[] = [];
  const room = (kind: QuestionKind) => found.filter(({ set }) => set.startsWith(kind)).length < PER_KIND;
  const add = (kind: QuestionKind, question: string, quote: string) => {
    if (!room(kind) || quote.length < SHORTEST_QUOTE || question.length < 4) return;
    if (found.some((one) => one.question === question)) return;
    const cut = quote.slice(0, LONGEST_QUOTE);
    found.push({
      id: sha256(`${document.source}\0${kind}\0${question}`).slice(0, 12),
      set: `${kind}-${languageOf(question)}`,
      ...{ question, source: document.source, quote: cut },
    });
  };
  if (!document.type.startsWith('code'))
    for (const [i, { start, locator }] of document.sections.entries()) {
      const section = text.slice(start, document.sections[i + 1]?.start ?? text.length);
      const headings = new Set((locator.heading ?? []).flatMap((one) => tokens(one).map(({ term }) => term)));
      const spans = sentences(section).map((span) => section.slice(span.start, span.end));
      for (const [n, sentence] of spans.entries()) {
        const next = spans[n + 1];
        if (/[?？]$/.test(sentence) && next && !/[?？]$/.test(next)) add('faq', inPart(sentence), next);
        const defined = definition(sentence);
        if (defined && !overlaps(defined, headings)) add('definition', asked(defined), sentence);
        if (room('statement') && sentence.length > 60)
          add('statement', await keywords(store, sentence, headings), sentence);
        // A heading's own words would find it: the section is asked for by what its first sentence says.
        if (n <= 1 && headings.size > 0 && room('heading') && sentence.length > 40 && !/^#/.test(sentence))
          add('heading', await keywords(store, text.slice(start, start + 600), headings), sentence);
      }
    }
  for (const { header, rows } of tablesOf(document, text)) {
    const [first, ...columns] = header;
    for (const row of rows) {
      const column = columns.findIndex((name, c) => name && row[c + 1] && /\p{L}{2}/u.test(name));
      if (!first || !row[0] || column < 0 || !/\p{L}{2}/u.test(row[0])) continue;
      const [what, name] = [columns[column]!, row[0]];
      const question = languageOf(name) === 'zh' ? `${name}的${what}是多少？` : `What is the ${what} of ${name}?`;
      const line = lineWith(text, row);
      if (line) add('table', question, line);
    }
  }
  return found;
}

/** `X is a …`, `X是……` → X. */
function definition(sentence: string): string | undefined {
  const english = /^(?:The |An? )?(\p{L}[\p{L}\d-]*(?: [\p{L}\d-]+){0,4}) (?:is|are) (?:an?|the) [^.]{20,}/u.exec(
    sentence,
  );
  if (english) return STOP_WORDS.has(english[1]!.split(' ')[0]!.toLowerCase()) ? undefined : english[1];
  return /^([\p{Script=Han}\w]{2,14})(?:是指|是一[种種个個项項]|指的是)[^。]{8,}/u.exec(sentence)?.[1];
}

const asked = (name: string) => (languageOf(name) === 'zh' ? `什么是${name}？` : `What is ${name}?`);

const overlaps = (text: string, terms: Set<string>) => tokens(text).some(({ term }) => terms.has(term));

/** A question as someone would type it who does not know its wording: every third content word is left out. */
function inPart(question: string): string {
  let n = 0;
  let out = '';
  let at = 0;
  for (const { term, start, end } of tokens(question)) {
    if (start < at) continue;
    const drop = !STOP_WORDS.has(term) && n++ % 3 === 2;
    out += question.slice(at, drop ? start : end);
    at = end;
  }
  return (out + question.slice(at)).replace(/\s+/g, ' ').trim();
}

/** The most telling words of a text that no heading above it says, in their order. */
async function keywords(store: StoreReader, text: string, headings: Set<string>): Promise<string> {
  const words = new Map<string, { word: string; at: number }>();
  for (const { term, start, end } of tokens(text))
    if (!STOP_WORDS.has(term) && !headings.has(term) && !words.has(term) && end - start > 1)
      words.set(term, { word: text.slice(start, end), at: start });
  const { chunks, df } = await store.termStats([...words.keys()]);
  const telling = [...words]
    .sort(([a], [b]) => idf(chunks, df.get(b) ?? 0) - idf(chunks, df.get(a) ?? 0))
    // The rarest word of all would be found by anything.
    .slice(1, KEYWORDS + 1)
    .sort(([, a], [, b]) => a.at - b.at);
  return telling.length < 3 ? '' : telling.map(([, { word }]) => word).join(' ');
}

/** The text's line that holds all cells of a row. */
function lineWith(text: string, row: string[]): string | undefined {
  const cells = row.filter(Boolean);
  for (let at = text.indexOf(cells[0]!); at >= 0; at = text.indexOf(cells[0]!, at + 1)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at);
    const line = text.slice(start, end < 0 ? text.length : end);
    if (cells.every((cell) => line.includes(cell))) return line.trim();
  }
  return undefined;
}

/** As many of each set as there is room for, from as many documents as possible; the same ones every time. */
function spread(questions: Question[], count: number): Question[] {
  const bySet = new Map<string, Question[]>();
  for (const question of questions.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const set = bySet.get(question.set);
    if (set) set.push(question);
    else bySet.set(question.set, [question]);
  }
  const chosen: Question[] = [];
  for (let round = 0; chosen.length < count; round++) {
    const left = [...bySet.values()].filter((set) => round < set.length);
    if (left.length === 0) break;
    for (const set of left) if (chosen.length < count) chosen.push(set[round]!);
  }
  return chosen.sort((a, b) => (a.set + a.id < b.set + b.id ? -1 : 1));
}
