import type { Generator, Message } from '../models/models.ts';
import { parseQuery } from '../text/query.ts';
import { tokens } from '../text/tokenize.ts';
import { languageOf } from './prompt.ts';

/** An earlier question as it was searched for, and what was answered. */
export interface Exchange {
  question: string;
  answer: string;
}

/** Words that point back at what was said. */
const POINTS_BACK =
  /\b(?:it|its|itself|they|them|their|theirs|this|that|these|those|he|him|his|she|her|hers|there|then|same|former|latter|else|another|ones?)\b|^(?:and|but|or|so|what about|how about|why|when|where|who|how|which one)\b[^\s]*\s*\??$|^(?:and|but|what about|how about)\b/i;
const POINTS_BACK_ZH =
  /[它他她其](?:们|們)?|这[个些里种样]?|這[個些裡種樣]?|那[个些里种样么]?|該|该|此|上述|前者|后者|後者|呢[？?]?$|^(?:还有|還有|为什么|為什麼|怎么|怎麼|什么时候|谁|哪里|多少)[^\p{L}]*$/u;
/** Words that are carried over. */
const CARRIED = 8;
/** Characters of an answer that a model is shown. */
const ANSWER_SHOWN = 400;
const LONGEST = 400;

/** A question that says on its own what it is about; the question itself if it does so already, or is the first. */
export async function standalone(
  question: string,
  history: Exchange[],
  generator: Generator | undefined,
  signal: AbortSignal,
): Promise<string> {
  const previous = history.at(-1);
  if (previous === undefined || !pointsBack(question)) return question;
  const rewritten = generator && (await rewrite(question, history, generator, signal));
  return rewritten ?? carryOver(question, previous.question);
}

/** Whether a question leans on the one before: it points back, or names next to nothing itself. */
export function pointsBack(question: string): boolean {
  const bare = question.trim();
  if (POINTS_BACK.test(bare) || POINTS_BACK_ZH.test(bare)) return true;
  return parseQuery(bare).terms.length < 2;
}

/** Without a model: the telling words of the question before, behind this one. */
export function carryOver(question: string, previous: string): string {
  const own = new Set(tokens(question).map(({ term }) => term));
  const telling = new Set(parseQuery(previous).terms);
  const carried = new Map<string, string>();
  for (const { term, start, end } of tokens(previous))
    if (telling.has(term) && !own.has(term) && !carried.has(term)) carried.set(term, previous.slice(start, end));
  const words = [...carried.values()].slice(0, CARRIED);
  return words.length === 0 ? question : `${question} ${words.join(' ')}`;
}

const ORDER = {
  en: 'Rewrite the last question so that it can be understood without the conversation: replace every "it", "they", "that" by what it stands for. Reply with the question only.',
  zh: '请改写最后一个问题，使其脱离对话也能看懂：把“它”“这个”等换成所指的内容。只回复改写后的问题。',
};

/** Undefined if the model says anything but one line. */
async function rewrite(
  question: string,
  history: Exchange[],
  generator: Generator,
  signal: AbortSignal,
): Promise<string | undefined> {
  const said = history.slice(-3).map((turn) => `Q: ${turn.question}\nA: ${turn.answer.slice(0, ANSWER_SHOWN)}`);
  const messages: Message[] = [
    { role: 'system', content: ORDER[languageOf(question)] },
    { role: 'user', content: `${said.join('\n')}\nQ: ${question}` },
  ];
  let text = '';
  for await (const token of generator.generate(messages, signal)) {
    text += token;
    if (text.length > LONGEST) return undefined;
  }
  const line = text.trim().replace(/^Q:\s*/, '');
  if (line === '' || line.includes('\n')) return undefined;
  // A rewriting that shares no word with what was asked is one of something else.
  const own = new Set(parseQuery(`${question} ${history.at(-1)!.question}`).terms);
  return parseQuery(line).terms.some((term) => own.has(term)) ? line : undefined;
}
