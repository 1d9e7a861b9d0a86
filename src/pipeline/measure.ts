import type { Io } from '../types.ts';
import { type AnswerDeps, answer } from './answer.ts';
import type { Case } from './cases.ts';
import { type Judged, metrics, type SetMetrics } from './evaluate.ts';
import { type SearchHit, type SearchInput, search } from './search.ts';

export interface AnswerMetrics {
  /** Share of questions whose first quote holds a right answer; of those that are at most 60 characters. */
  first: number;
  /** The same for any quote. */
  any: number;
  /** Whose first quote is nothing but the answer. */
  exact: number;
  /** Token F1 of the answer against the best reference, mean. */
  f1: number;
  /** Answerable questions that were answered, and others that were not. */
  answered: number;
  refused?: number;
}

export type SetResult = SetMetrics & { answers?: AnswerMetrics };

export interface MeasureInput {
  search: Omit<SearchInput, 'text'>;
  /** Whether answers are made, too. */
  answers: boolean;
  /** Passages of other documents that are put beside the evidence. */
  noise: number;
}

const SHORT_ANSWER = 60;

/** Retrieval, and answers where references are given, by set. */
export async function measure(deps: AnswerDeps, cases: Case[], input: MeasureInput, io: Io): Promise<SetResult[]> {
  const names = [...new Set(cases.map(({ set }) => set ?? 'questions'))].sort();
  const results: SetResult[] = [];
  const total = cases.filter((one) => !one.unanswerable).length + (input.answers ? cases.length : 0);
  let done = 0;
  const asked = () => io.report({ type: 'progress', done: ++done, total, unit: 'questions', rates: {} });
  for (const name of names) {
    const own = cases.filter(({ set }) => (set ?? 'questions') === name);
    const judged: Judged[] = [];
    for (const one of own) {
      io.signal.throwIfAborted();
      if (one.unanswerable) continue;
      const started = performance.now();
      const { hits } = await search(deps, { ...input.search, text: one.question }, io);
      judged.push({ ranking: ranking(hits, one), grades: new Map([[TARGET, 1]]), ms: performance.now() - started });
      asked();
    }
    const answers = input.answers ? await answering(deps, own, input, io, asked) : undefined;
    results.push({ ...metrics(name, judged), ...(answers ? { answers } : {}) });
  }
  return results;
}

const TARGET = 'target';
const folded = (text: string) => text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();

/** Whether this is the passage that was asked for. */
function matcher({ quote, source, doc }: Case): (hit: SearchHit) => boolean {
  const wanted = quote && folded(quote);
  const file = source ?? doc;
  return (hit) =>
    (wanted === undefined || folded(hit.text).includes(wanted) || wanted.includes(folded(hit.text))) &&
    (file === undefined || hit.source === file || hit.source.endsWith(`/${file}`));
}

/** From 1; undefined if it was not found. */
export function rankOf(hits: SearchHit[], one: Case): number | undefined {
  const at = hits.findIndex(matcher(one));
  return at < 0 ? undefined : at + 1;
}

/** Distinct passages, the one that was asked for by a name of its own. */
function ranking(hits: SearchHit[], one: Case): string[] {
  const right = matcher(one);
  return [...new Set(hits.map((hit) => (right(hit) ? TARGET : hit.chunk)))];
}

async function answering(
  deps: AnswerDeps,
  cases: Case[],
  input: MeasureInput,
  io: Io,
  asked: () => void,
): Promise<AnswerMetrics> {
  const sums = { first: 0, any: 0, exact: 0, f1: 0, short: 0, answered: 0, answerable: 0, refused: 0, unanswerable: 0 };
  const quiet: Io = { ...io, report: (event) => void (event.type === 'token' || io.report(event)) };
  for (const { question, answers = [], unanswerable } of cases) {
    io.signal.throwIfAborted();
    const noise = await distractors(deps, question, input);
    const { citations, abstained } = await answer(deps, { ...input.search, text: question, noise }, quiet);
    asked();
    if (unanswerable) {
      sums.unanswerable++;
      if (abstained) sums.refused++;
      continue;
    }
    sums.answerable++;
    if (!abstained) sums.answered++;
    const wanted = answers.filter((one) => one.length <= SHORT_ANSWER).map(folded);
    if (wanted.length === 0) continue;
    sums.short++;
    const quotes = citations.map(({ quote }) => folded(quote));
    if (wanted.some((one) => quotes[0]?.includes(one))) sums.first++;
    if (wanted.some((one) => quotes.some((quote) => quote.includes(one)))) sums.any++;
    if (wanted.some((one) => quotes[0] === one)) sums.exact++;
    sums.f1 += Math.max(...wanted.map((one) => f1(quotes[0] ?? '', one)));
  }
  const share = (part: number, whole: number) => Number((part / Math.max(1, whole)).toFixed(4));
  return {
    first: share(sums.first, sums.short),
    any: share(sums.any, sums.short),
    exact: share(sums.exact, sums.short),
    f1: share(sums.f1, sums.short),
    answered: share(sums.answered, sums.answerable),
    ...(sums.unanswerable > 0 ? { refused: share(sums.refused, sums.unanswerable) } : {}),
  };
}

/** Passages that are about something else: far down the list. */
async function distractors(
  deps: AnswerDeps,
  question: string,
  { search: how, noise }: MeasureInput,
): Promise<string[]> {
  if (noise === 0) return [];
  const wide = { ...how, text: question, k: how.k + 60, mode: 'lexical' as const };
  const { hits } = await search(deps, wide, { report() {}, signal: new AbortController().signal });
  return hits
    .slice(how.k)
    .reverse()
    .slice(0, noise)
    .map((hit) => hit.chunk);
}

/** Over characters, which needs no word list and treats both languages alike. */
function f1(text: string, reference: string): number {
  const left = new Map<string, number>();
  for (const char of reference) left.set(char, (left.get(char) ?? 0) + 1);
  let shared = 0;
  for (const char of text) {
    const count = left.get(char) ?? 0;
    if (count === 0) continue;
    left.set(char, count - 1);
    shared++;
  }
  return shared === 0 ? 0 : (2 * shared) / (text.length + reference.length);
}
