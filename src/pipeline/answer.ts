import type { Generator } from '../models/models.ts';
import type { Passage } from '../store/store.ts';
import { parseQuery } from '../text/query.ts';
import type { Citation, Io } from '../types.ts';
import { cite } from './cite.ts';
import { concepts } from './concepts.ts';
import { answers, type Extract, extract } from './extract.ts';
import { instructs } from './instructs.ts';
import { fitting, languageOf, NO_ANSWER, prompt } from './prompt.ts';
import { type SearchDeps, type SearchHit, type SearchInput, search } from './search.ts';
import { attribute } from './support.ts';

export interface AnswerDeps extends SearchDeps {
  /** Undefined: the answer is made of sentences from the documents. */
  generator(): Promise<Generator | undefined>;
}

export interface AnswerInput extends SearchInput {
  /** Chunks put behind the evidence, to see whether they mislead. */
  noise?: string[];
}

export interface AnswerResult {
  answer: string;
  /** Nothing in the documents answers it. */
  abstained: boolean;
  model: string;
  seconds: number;
  citations: Citation[];
  /** Sentences of a model's answer that nothing in the evidence supports. */
  unsupported: string[];
  hits: SearchHit[];
}

export const EXTRACTIVE = 'extractive';

/** Quotes of an extractive answer. */
const QUOTES = 3;
/** A further quote must be nearly as good as the first, and say nearly as much of the question. */
const NEARLY = 0.75;
const NEARLY_SAID = 0.5;

const FRAMES = {
  en: { answer: 'From your documents:', none: 'This is not in your documents.' },
  zh: { answer: '您的文档中写道：', none: '您的文档中没有答案。' },
};

/** Finds evidence, has the model (or the documents themselves) answer, and proves each citation. Streams as `token` events. */
export async function answer(deps: AnswerDeps, input: AnswerInput, io: Io): Promise<AnswerResult> {
  const started = performance.now();
  const found = await search(deps, input, io);
  const { hits } = found;
  const evidence = [...hits, ...(input.noise ?? []).map((chunk) => ({ chunk, score: hits.at(-1)?.score ?? 0 }))];
  const passages = await deps.store.read(evidence.map(({ chunk }) => chunk));
  const ranked = evidence.flatMap(({ chunk, score }) => {
    const passage = passages.get(chunk);
    return passage ? [{ passage, score }] : [];
  });
  const query = parseQuery(input.text);
  const stats = await deps.store.termStats(query.terms);
  const extracts = extract(ranked, concepts(input.text, query, await deps.bridge(), stats));
  const result = (text: string, model: string, rest: Partial<AnswerResult> = {}): AnswerResult => ({
    answer: text,
    abstained: false,
    model,
    seconds: Math.round(performance.now() - started) / 1000,
    citations: [],
    unsupported: [],
    hits,
    ...rest,
  });
  const frame = FRAMES[languageOf(input.text)];
  const say = (text: string) => io.report({ type: 'token', text });
  const generator = await deps.generator();
  const model = generator?.id ?? EXTRACTIVE;
  if (!answerable(input.text, extracts, hits)) {
    say(frame.none);
    return result(frame.none, model, { abstained: true });
  }
  const extracted = (unsupported: string[]) => {
    const citations = best(extracts).map(({ passage, span }, i) => marked(cite(i + 1, passage, span)));
    const quotes = citations.map(({ quote, n }) => `“${quote.replace(/\s+/g, ' ')}” [${n}]`);
    const text = [frame.answer, ...quotes].join('\n');
    say(text);
    return result(text, EXTRACTIVE, { citations, unsupported });
  };
  if (generator === undefined) return extracted([]);
  const fit = fitting(ranked.map(({ passage }) => passage));
  const text = await generate(generator, input.text, fit, io);
  if (text.includes(NO_ANSWER) || text === '') return result(frame.none, model, { abstained: true });
  const { text: attributed, claims, unsupported } = attribute(text, fit);
  if (claims.length === 0) {
    io.report({
      type: 'warn',
      message: `nothing that ${model} wrote is supported by the documents; quoting them instead`,
    });
    return extracted(unsupported);
  }
  const citations = claims.map(({ n, span }) => marked(cite(n, fit[n - 1]!, span)));
  return result(attributed, model, { citations, unsupported });
}

async function generate(generator: Generator, question: string, evidence: Passage[], io: Io): Promise<string> {
  let text = '';
  for await (const token of generator.generate(prompt(question, evidence), io.signal)) {
    text += token;
    if (goesInCircles(text)) break;
    // Held back while it may become the sign for "no answer", which is not for the user's eyes.
    if (NO_ANSWER.startsWith(text.trim().slice(0, NO_ANSWER.length))) continue;
    io.report({
      type: 'token',
      text: text === token || NO_ANSWER.startsWith(text.slice(0, -token.length).trim()) ? text : token,
    });
  }
  return text.trim();
}

/** Small models fall into repeating themselves until their limit. */
const TAIL = 160;

function goesInCircles(text: string): boolean {
  return text.length > 4 * TAIL && text.slice(0, -TAIL).includes(text.slice(-TAIL));
}

/** The best sentences, one per stretch of text, none that says the same again. */
function best(extracts: Extract[]): Extract[] {
  const able = extracts.filter(({ passage, span }) => answers(passage.chunk.text, span));
  const [first] = able.length > 0 ? able : extracts;
  const chosen: Extract[] = [];
  const said = new Set<string>();
  for (const candidate of able.length > 0 ? able : extracts.slice(0, 1)) {
    if (chosen.length === QUOTES) break;
    if (candidate.score < NEARLY * first!.score || candidate.share < NEARLY_SAID * first!.share) continue;
    const { chunk } = candidate.passage;
    const quote = chunk.text.slice(candidate.span.start, candidate.span.end);
    if (said.has(quote)) continue;
    said.add(quote);
    chosen.push(candidate);
  }
  return chosen;
}

/**
 * What an answer needs: the share of the question that its best sentence says, plus twice how far the best cosine stands
 * out from the others (cosines have no absolute threshold). Set on test/eval/answers.ts, where the questions without an
 * answer are those whose article was left out.
 */
const ENOUGH = 0.39;
/** Between languages words match less. */
const ENOUGH_FOREIGN = 0.25;
/** With words alone. */
const ENOUGH_WORDS = 0.3;

function answerable(question: string, extracts: Extract[], hits: SearchHit[]): boolean {
  const [first] = extracts;
  if (first === undefined) return false;
  const share = Math.max(...extracts.slice(0, 8).map((one) => one.share));
  const cosines = hits.flatMap((hit) => hit.vector?.score ?? []);
  if (cosines.length < 2) return share >= ENOUGH_WORDS;
  const spread = Math.max(...cosines) - Math.min(...cosines);
  const foreign = languageOf(question) !== languageOf(first.passage.chunk.text);
  return share + 2 * spread >= (foreign ? ENOUGH_FOREIGN : ENOUGH);
}

function marked(citation: Citation): Citation {
  return instructs(citation.quote) ? { ...citation, warnings: ['instruction'] } : citation;
}
