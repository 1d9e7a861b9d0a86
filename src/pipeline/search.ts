import { RagError } from '../errors.ts';
import type { Embedder } from '../models/models.ts';
import type { Score, StoreReader } from '../store/store.ts';
import { embeddingText } from '../text/chunk.ts';
import { type ParsedQuery, parseQuery, spoken } from '../text/query.ts';
import type { Filter, Hit, Io, LexicalQuery, Locator, Span } from '../types.ts';
import { type Candidate, fullMatch, fuse } from './fuse.ts';
import { highlighter } from './highlight.ts';
import { instructs } from './instructs.ts';
import { lookUpPrefixes } from './prefixes.ts';
import { titled } from './titled.ts';

export type Mode = 'hybrid' | 'lexical' | 'vector';

export interface SearchDeps {
  store: StoreReader;
  /** Opened only when a question needs a vector. */
  embedder(): Promise<Embedder>;
  bridge(): Promise<{ expand(question: string): string[] }>;
  /** Keeps vectors made on the way, if that costs no waiting. */
  keep(model: string, runtime: string, vectors: Map<string, Float32Array>): Promise<void>;
}

export interface SearchInput {
  text: string;
  k: number;
  mode: Mode;
  filter?: Filter;
  /** Seconds that may go into embedding the best candidates of a partly embedded home. */
  embedBudget: number;
  explain: boolean;
}

export interface Leg {
  rank: number;
  score: number;
}

export interface SearchHit {
  rank: number;
  score: number;
  source: string;
  document: string;
  chunk: string;
  title: string;
  locator: Locator & Span;
  text: string;
  highlights: [number, number][];
  lexical?: Leg;
  vector?: Leg;
  warnings?: string[];
}

export interface SearchResult {
  query: string;
  mode: Mode;
  seconds: number;
  coverage: { chunks: number; embedded: number };
  hits: SearchHit[];
  explain?: {
    terms: string[];
    /** What words that were only begun may become. */
    begun?: string[];
    expanded: string[];
    fullMatch: number;
    candidates: number;
    embeddedNow: number;
  };
}

/** Candidates of each leg: the fusion rule was measured with 100. */
export const CANDIDATES = 100;
/** Candidates without a vector that are embedded on the way, best first. */
const LATE = 50;
/** Below this share of embedded chunks vectors only add noise; so does asking for one. */
const MIN_COVERAGE = 0.1;

export async function search(deps: SearchDeps, input: SearchInput, io: Io): Promise<SearchResult> {
  // Not `performance`: the first look at it costs a new process more than reading the index.
  const started = Date.now();
  const { store } = deps;
  const coverage = await store.coverage();
  const asked = await inVectors(deps, input, coverage, io);
  const mode: Mode = asked === undefined ? 'lexical' : input.mode;
  const query = parseQuery(input.text);
  const { title, notTitle } = query;
  const byTitle = title.length + notTitle.length > 0;
  const filter = byTitle ? { ...input.filter, title, notTitle } : input.filter;
  // What `-word` and "a phrase" take away from the vectors' list must not leave it short.
  const exact = query.exclude.length + query.phrases.length > 0;
  const limit = Math.max(CANDIDATES, input.k) * (exact ? 10 : 1);
  // While the question becomes a vector, its words are looked up.
  const [dense, { lexical, full, stats }] = await both(
    asked === undefined ? Promise.resolve([]) : asked.vector.then((one) => store.searchVector(one, limit, filter)),
    byWords(deps, input, query, { mode, limit, filter }),
  );
  const vector = await asked?.vector;
  const found = [...new Set([...lexical, ...dense].map((hit) => hit.chunk))];
  const scores = await store.score(found, query, vector);
  const ids = found.filter((chunk) => !scores.get(chunk)?.excluded);
  const late = mode === 'hybrid' ? await embedLate(deps, input, lexical, scores, vector!, io) : 0;
  const bound = fullMatch(full, stats);
  const ranked =
    mode === 'vector'
      ? dense.filter((hit) => !scores.get(hit.chunk)?.excluded)
      : fuse(
          ids.map(
            (chunk): Candidate => ({
              chunk,
              ...(mode === 'lexical' ? lexicalOnly(scores.get(chunk)) : scores.get(chunk)!),
            }),
          ),
          { bound, coverage: late > 0 ? 1 : coverage.embedded / Math.max(1, coverage.chunks) },
        );
  const room = input.k - ranked.length;
  if (title.length > 0 && room > 0)
    for (const chunk of await titled(store, query, filter!, new Set(found), room)) ranked.push({ chunk, score: 0 });
  const hits = await present(store, ranked.slice(0, input.k), query, { lexical, dense });
  return {
    query: input.text,
    mode,
    seconds: (Date.now() - started) / 1000,
    coverage: { chunks: coverage.chunks, embedded: coverage.embedded },
    hits,
    ...(input.explain
      ? {
          explain: {
            terms: query.terms,
            ...(query.begun.length > 0 ? { begun: query.begun.flatMap(({ terms }) => terms) } : {}),
            expanded: query.expanded,
            fullMatch: bound,
            candidates: ids.length,
            embeddedNow: late,
          },
        }
      : {}),
  };
}

/** Waits for both, also if one fails: nothing may go on reading a home that is being closed. Throws what failed first. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** The question on its way to a vector. Undefined where it is answered by words alone; says why if that was not asked for. */
async function inVectors(
  deps: SearchDeps,
  input: SearchInput,
  coverage: { chunks: number; embedded: number },
  io: Io,
): Promise<{ vector: Promise<Float32Array> } | undefined> {
  if (input.mode === 'lexical' || coverage.chunks === 0) return undefined;
  const enough = coverage.embedded >= coverage.chunks * MIN_COVERAGE;
  if (coverage.embedded === 0 && input.mode === 'vector')
    throw new RagError('not_found', 'nothing is embedded yet, so there is nothing to search by vector', {
      hint: 'rag embed',
    });
  if (!enough && input.embedBudget === 0) return undefined;
  const embedder = await deps.embedder();
  const { model } = await deps.store.fingerprint();
  if (model !== undefined && model !== embedder.id) {
    io.report({
      type: 'warn',
      message: `this home holds vectors of ${model}, the configured model is ${embedder.id}: searching by words only (rag model use changes that)`,
    });
    return undefined;
  }
  return { vector: embedder.embed([spoken(input.text)], 'query', io.signal).then(([vector]) => vector!) };
}

/** The best by words, with the words of the other language and what the last word may become. */
async function byWords(
  deps: SearchDeps,
  input: SearchInput,
  query: ParsedQuery,
  { mode, limit, filter }: { mode: Mode; limit: number; filter: Filter | undefined },
) {
  if (mode !== 'vector') query.expanded = await expansion(deps, spoken(input.text), query);
  const looked = await lookUpPrefixes(deps.store, query);
  return { ...looked, lexical: mode === 'vector' ? [] : await deps.store.searchText(query, limit, filter) };
}

/** Words of the other language; none for a question that is only phrases and exclusions. */
async function expansion(deps: SearchDeps, text: string, query: LexicalQuery): Promise<string[]> {
  if (query.terms.length === 0) return [];
  const known = new Set(query.terms);
  return (await deps.bridge()).expand(text).filter((term) => !known.has(term) && !query.exclude.includes(term));
}

/** Embeds the best word matches that have no vector, as many as the budget allows; adds their cosines to `scores`. */
async function embedLate(
  deps: SearchDeps,
  input: SearchInput,
  lexical: Hit[],
  scores: Map<string, Score>,
  vector: Float32Array,
  io: Io,
): Promise<number> {
  const bare = lexical.filter((hit) => scores.get(hit.chunk)?.cosine === undefined).slice(0, LATE);
  if (bare.length === 0 || input.embedBudget <= 0) return 0;
  const deadline = performance.now() + input.embedBudget * 1000;
  const passages = await deps.store.read(bare.map((hit) => hit.chunk));
  const embedder = await deps.embedder();
  const made = new Map<string, Float32Array>();
  const { sha256 } = await import('./digest.ts');
  for (const { chunk } of bare) {
    if (performance.now() >= deadline) break;
    const text = embeddingText(passages.get(chunk)!.chunk);
    const [passage] = await embedder.embed([text], 'passage', io.signal);
    made.set(sha256(text), passage!);
    scores.set(chunk, { bm25: scores.get(chunk)!.bm25, cosine: dot(vector, passage!) });
  }
  if (made.size > 0) await deps.keep(embedder.id, embedder.runtime, made);
  return made.size;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function lexicalOnly(score: Score | undefined): Score {
  return { bm25: score?.bm25 ?? 0 };
}

async function present(
  store: StoreReader,
  ranked: { chunk: string; score: number }[],
  query: LexicalQuery,
  legs: { lexical: Hit[]; dense: Hit[] },
): Promise<SearchHit[]> {
  const passages = await store.read(ranked.map((hit) => hit.chunk));
  const leg = (hits: Hit[]) => new Map(hits.map((hit, i) => [hit.chunk, { rank: i + 1, score: hit.score }]));
  const marked = highlighter(query);
  const lexical = leg(legs.lexical);
  const dense = leg(legs.dense);
  return ranked.flatMap(({ chunk: id, score }, i) => {
    const passage = passages.get(id);
    if (passage === undefined) return [];
    const { chunk, document } = passage;
    const lexicalLeg = lexical.get(id);
    const vectorLeg = dense.get(id);
    return {
      rank: i + 1,
      score,
      source: document.source,
      document: document.id,
      chunk: id,
      title: document.title,
      locator: { ...chunk.locator, start: chunk.start, end: chunk.end },
      text: chunk.text,
      highlights: marked(chunk.text),
      ...(lexicalLeg ? { lexical: lexicalLeg } : {}),
      ...(vectorLeg ? { vector: vectorLeg } : {}),
      ...(instructs(chunk.text) ? { warnings: ['instruction'] } : {}),
    };
  });
}
