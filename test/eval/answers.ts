// Extractive answers on question sets: is the reference in the first quote, in any of three; abstention. Run by answers.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { answer } from '../../src/pipeline/answer.ts';

const [home, set, limit = '1000'] = process.argv.slice(2) as [string, string, string];
const signal = new AbortController().signal;
const config = loadConfig({ cwd: home, env: {}, userHome: home });
const context = openContext({ config, root: home, verb: 'eval', note: () => {}, signal });
const store = await context.reader();
const deps = {
  store,
  embedder: () => context.embedder('question'),
  bridge: () => context.bridge(),
  generator: async () => undefined,
  keep: async () => {},
};
const io = { report: () => {}, signal };
const lines = (file: string) => {
  try {
    return readFileSync(join(set, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};
const fold = (text: string) => text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();
const ask = (text: string) => answer(deps, { text, k: 8, mode: 'hybrid', embedBudget: 0, explain: false }, io);

const asked = lines('queries.jsonl').slice(0, Number(limit));
let [first, any, abstained, counted, docFirst, checked, wrong] = [0, 0, 0, 0, 0, 0, 0];
const texts = new Map<string, string>();
/** The extracted text, as `rag show --text` writes it. */
async function textOf(source: string): Promise<string> {
  let text = texts.get(source);
  if (text === undefined) {
    text = '';
    for await (const part of store.text((await store.find(source))!)) text += part;
    texts.set(source, text);
  }
  return text;
}

for (const { question, answers, doc } of asked) {
  const { citations, abstained: none } = await ask(question);
  if (none) abstained++;
  const short = answers.filter((text: string) => text.length <= 60).map(fold);
  if (short.length === 0) continue;
  counted++;
  for (const { source, quote, locator } of citations) {
    checked++;
    if ((await textOf(source)).slice(locator.start, locator.end) !== quote) wrong++;
  }
  const quotes = citations.map(({ quote }) => fold(quote));
  if (citations[0]?.source.endsWith(doc)) docFirst++;
  if (short.some((text: string) => quotes[0]?.includes(text))) first++;
  if (short.some((text: string) => quotes.some((quote) => quote.includes(text)))) any++;
}
const unanswerable = lines('unanswerable.jsonl');
let refused = 0;
for (const { question } of unanswerable) if ((await ask(question)).abstained) refused++;
const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
console.log(
  `${set.split('/').at(-1)}: first ${percent(first, counted)}, any ${percent(any, counted)}, right document ${percent(docFirst, counted)}, answered ${percent(asked.length - abstained, asked.length)}, refused ${percent(refused, unanswerable.length)}; ${checked} citations, ${wrong} not exact`,
);
await context.close();
