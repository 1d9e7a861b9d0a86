import { statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Passage, Stamp } from '../store/store.ts';
import { indexText } from '../text/chunk.ts';
import { literal } from '../text/literal.ts';
import { parseQuery } from '../text/query.ts';
import { countTerms } from '../text/tokenize.ts';
import type { Document, Io, Span } from '../types.ts';
import { textOf } from './extracted.ts';
import { CANDIDATES, type SearchDeps, type SearchInput, search } from './search.ts';
import { sourceName, walk } from './walk.ts';

/** In the order a passage goes through them. */
export type Stage = 'file' | 'ignored' | 'ingested' | 'read' | 'current' | 'text' | 'filter' | 'candidates' | 'rank';

export interface Step {
  stage: Stage;
  ok: boolean;
  detail: string;
}

export interface Why {
  /** The first stage that failed, or `found`. */
  stage: Stage | 'found';
  steps: Step[];
  /** What to do about it. */
  advice: string;
}

export interface WhyInput extends SearchInput {
  /** A source, or a path from `cwd`. */
  doc: string;
  /** Words that should have been found; otherwise any passage of the document will do. */
  passage?: string;
  cwd: string;
  root: string;
}

/** Walks the way of a passage from its file to the list of hits and stops where it got lost. */
export async function why(deps: SearchDeps, input: WhyInput, io: Io): Promise<Why> {
  const { store } = deps;
  const steps: Step[] = [];
  const ok = (stage: Stage, detail: string) => void steps.push({ stage, ok: true, detail });
  const lost = (stage: Stage, detail: string, advice: string): Why => {
    steps.push({ stage, ok: false, detail });
    return { stage, steps, advice };
  };
  const stamps = await store.stamps();
  const byPath = sourceName(input.root, resolve(input.cwd, input.doc));
  const source = stamps.has(input.doc) ? input.doc : byPath;
  const stamp = stamps.get(source);
  const outer = source.split('!/', 1)[0]!;
  const file = statSync(resolve(input.root, outer), { throwIfNoEntry: false });

  if (file?.isFile()) ok('file', `${outer}, ${file.size} bytes`);
  else if (!stamp) return lost('file', `there is no file ${outer}`, 'check the path: rag list names what is known');
  else ok('file', `${outer} is not there any more; what was read of it is`);

  const ignored = stamp === undefined && file ? await ignoredBy(input, outer, io) : undefined;
  if (ignored)
    return lost('ignored', ignored, `name the file itself: rag ingest ${quoted(outer)}, or change .ragignore`);
  ok('ignored', 'no rule leaves it out');

  if (stamp === undefined)
    return lost('ingested', 'it was never ingested into this home', `rag ingest ${quoted(outer)}`);
  ok('ingested', stamp.document ? 'it is known' : 'it was looked at');

  const document = await store.find(source);
  if (document === undefined) return lost('read', problemOf(stamp), cure(stamp, outer));
  ok(
    'read',
    `${document.type}, ${await store.chunkCount(document)} passages${stamp.problem ? `; ${problemOf(stamp)}` : ''}`,
  );

  if (file && source === outer && (file.size !== stamp.bytes || file.mtimeMs !== stamp.mtimeMs))
    return lost(
      'current',
      `the file changed after it was ingested (${document.ingested})`,
      `rag ingest ${quoted(outer)}`,
    );
  ok('current', `as ingested ${document.ingested}`);

  const span = await find(deps, document, input.passage);
  if (span === undefined)
    return lost(
      'text',
      `these words are not in the text that was read${recognised(document)}`,
      textAdvice(document, stamp, outer),
    );
  ok('text', input.passage === undefined ? 'any passage of it' : `characters ${span.start}–${span.end} of its text`);

  const passages = await overlapping(deps, document, span);
  if (input.filter && !(await passes(deps, input, source)))
    return lost(
      'filter',
      `the filters leave it out: ${JSON.stringify(input.filter)}`,
      'ask again without these filters',
    );
  ok('filter', input.filter ? 'it passes the filters' : 'no filter');

  const wide = { ...input, k: Math.max(input.k, CANDIDATES) };
  const found = await search(deps, wide, io);
  const ids = new Set(passages.map(({ chunk }) => chunk.id));
  const hit = found.hits.find((one) => ids.has(one.chunk));
  const words = wordsOf(input.text, passages);
  if (hit === undefined) {
    const vectors = found.coverage.embedded < found.coverage.chunks ? '; not everything is embedded yet' : '';
    const detail = `not among the first ${wide.k} by words or by meaning: ${words}${vectors}`;
    return lost(
      'candidates',
      detail,
      vectors ? 'rag embed, then ask again' : 'ask with words that stand in the passage',
    );
  }
  const legs = [
    hit.lexical ? `words: rank ${hit.lexical.rank}, ${hit.lexical.score.toFixed(2)}` : 'words: not found',
    hit.vector ? `meaning: rank ${hit.vector.rank}, ${hit.vector.score.toFixed(3)}` : 'meaning: not found',
  ];
  ok('candidates', `${legs.join('; ')}; ${words}`);
  if (hit.rank > input.k)
    return lost('rank', `rank ${hit.rank}, and ${input.k} were asked for`, `ask for more: -k ${hit.rank}`);
  ok('rank', `rank ${hit.rank} of ${input.k}`);
  return { stage: 'found', steps, advice: `it is hit ${hit.rank}` };
}

const quoted = (path: string) => (/[\s'"$`\\]/.test(path) ? `'${path}'` : path);

/** Why a walk over its folder would not give it; undefined if it would. */
async function ignoredBy({ root }: WhyInput, source: string, io: Io): Promise<string | undefined> {
  const path = resolve(root, source);
  const parts = relative(root, path).split(sep);
  const hidden = parts[0] === '..' ? undefined : parts.find((part) => part.startsWith('.') || part === 'node_modules');
  if (hidden) return `${hidden} is left out of folders: hidden files and node_modules are`;
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    const { files } = await walk({ paths: [dir], cwd: root, root, include: [], exclude: [], signal: io.signal });
    if (!files.some((file) => file.path === path))
      return `a .gitignore or .ragignore in or above ${sourceName(root, dir)} leaves it out`;
    if (dir === root || dirname(dir) === dir || parts[0] === '..') return undefined;
  }
}

function problemOf({ problem, container }: Stamp): string {
  if (container) return 'it is an archive: its members are documents of their own (archive!/member)';
  return problem ? `${problem.status}: ${problem.reason} (${problem.code})` : 'it gave no document';
}

function cure({ problem }: Stamp, source: string): string {
  switch (problem?.code) {
    case 'encrypted':
      return `rag ingest ${quoted(source)} --password-file FILE`;
    case 'too_large':
      return `rag ingest ${quoted(source)} --max-file-size 1g`;
    case 'no_text':
    case 'empty':
      return `rag ingest ${quoted(source)} --ocr force reads what is only a picture`;
    case 'excluded':
      return 'change ALLOWED_FILE_TYPES (rag config says where it is set)';
    default:
      return `rag ingest ${quoted(source)} tries again; rag doctor says which readers work here`;
  }
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** Folding may change lengths (ﬁ, ㎏): where each unit came from, and the end. */
function foldedWithOrigin(text: string): { text: string; origin: number[] } {
  const origin: number[] = [];
  let plain = '';
  let at = 0;
  for (const char of text) {
    const piece = folded(char);
    for (let i = 0; i < piece.length; i++) origin.push(at);
    plain += piece;
    at += char.length;
  }
  origin.push(at);
  return { text: plain, origin };
}

/** Where the words stand, whatever their case and spacing. */
async function find(deps: SearchDeps, document: Document, passage: string | undefined): Promise<Span | undefined> {
  const text = await textOf(deps.store, document);
  if (passage === undefined) return { start: 0, end: text.length };
  const words = folded(passage).split(/\s+/).filter(Boolean).map(literal);
  if (words.length === 0) return { start: 0, end: text.length };
  const { text: plain, origin } = foldedWithOrigin(text);
  const match = new RegExp(words.join('\\s*'), 'u').exec(plain);
  return match ? { start: origin[match.index]!, end: origin[match.index + match[0].length]! } : undefined;
}

function recognised({ sections }: Document): string {
  const seen = sections.flatMap(({ locator }) => locator.ocr ?? []);
  if (seen.length === 0) return '';
  const mean = seen.reduce((sum, one) => sum + one, 0) / seen.length;
  return `, part of which was recognised in pictures (confidence ${Math.round(mean * 100)} %)`;
}

function textAdvice({ type, sections }: Document, stamp: Stamp, source: string): string {
  if (stamp.problem) return cure(stamp, source);
  if (type === 'pdf' && !sections.some(({ locator }) => locator.ocr !== undefined))
    return `if it is a picture in the PDF: rag ingest ${quoted(source)} --ocr force`;
  return `rag show ${quoted(source)} --text prints what was read`;
}

/** Passages that hold some of the span. */
async function overlapping(deps: SearchDeps, document: Document, span: Span): Promise<Passage[]> {
  const count = await deps.store.chunkCount(document);
  const all = await deps.store.read(Array.from({ length: count }, (_, i) => `${document.id}:${i}`));
  return [...all.values()].filter(({ chunk }) => chunk.start < span.end && chunk.end > span.start);
}

async function passes({ store }: SearchDeps, { filter }: WhyInput, source: string): Promise<boolean> {
  for await (const document of store.documents(filter)) if (document.source === source) return true;
  return false;
}

/** Which words of the question stand in the passage. */
function wordsOf(question: string, passages: Passage[]): string {
  const { terms } = parseQuery(question);
  const there = new Set(passages.flatMap(({ chunk }) => [...countTerms(indexText(chunk)).keys()]));
  const has = terms.filter((term) => there.has(term));
  const lacks = terms.filter((term) => !there.has(term));
  const named = (words: string[]) => (words.length === 0 ? 'none' : words.slice(0, 12).join(', '));
  return `it has the words ${named(has)}; it lacks ${named(lacks)}`;
}
