// One step of one engine in a process of its own: node side.mjs ENGINE STEP DIR [CHUNKS]. Prints what it measured as JSON.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [, , name, step, dir, size] = process.argv;
const engine = await import(`./engines/${name}.mjs`);
const truth = () => JSON.parse(readFileSync(join(dir, '../truth.json'), 'utf8'));
const CHANGES = 40;

const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((file) => statSync(join(folder, file)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);

/** Each question once, then again under the clock: pages are in memory then, as with any server or batch. */
async function warm(questions, ask, numbers) {
  const times = [];
  const answers = [];
  for (const question of questions) await ask(question);
  for (const question of questions) {
    const started = performance.now();
    const found = await ask(question);
    times.push(performance.now() - started);
    answers.push(found);
  }
  const ids = [];
  for (const found of answers.slice(0, 50)) ids.push(await numbers(found));
  return { times, ids };
}

async function ask() {
  const { texts, vectors } = truth();
  const { PART } = await import('./truth.mjs');
  const queries = vectors.map((vector) => Float32Array.from(vector));
  const rss = () => process.memoryUsage.rss() / 1e6;
  const opened = await engine.open(dir);
  const { numbers } = opened;
  const result = { text: [] };
  for (const set of texts) result.text.push(await warm(set, opened.text, numbers));
  result.rssText = rss();
  result.vector = await warm(queries, opened.vector, numbers);
  result.rss = rss();
  result.textIn = await warm(texts[1].slice(0, 50), (words) => opened.textIn(words, PART), numbers);
  result.vectorIn = await warm(queries, (vector) => opened.vectorIn(vector, PART), numbers);
  await opened.close();
  return result;
}

async function change() {
  const { texts, vectors } = truth();
  const opened = await engine.openForChange(dir);
  const result = { text: [], whole: [], remove: [] };
  const timed = async (times, work) => {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  };
  const words = texts.flat(2);
  const all = vectors.map((vector) => Float32Array.from(vector));
  const passagesOf = (i) =>
    Array.from({ length: 10 }, (_, j) =>
      Array.from({ length: 180 }, (_, k) => words[(i * 7919 + j * 104_729 + k * k) % words.length]),
    );
  // Engines that cannot add words alone have one number.
  const alone = name === 'rag' || name === 'sqlite';
  // Chunks with their terms are made elsewhere, as in `build`.
  const made = (number, passages) => opened.made?.(number, passages) ?? passages;
  for (let i = 0; alone && i < CHANGES; i++) {
    const passages = made(90_000_000 + i, passagesOf(i));
    await timed(result.text, () => opened.add(90_000_000 + i, passages));
  }
  for (let i = 0; alone && i < CHANGES; i++) await opened.remove(90_000_000 + i);
  for (let i = 0; i < CHANGES; i++) {
    const passages = made(91_000_000 + i, passagesOf(CHANGES + i));
    const own = all.slice(i % 40, (i % 40) + 10).map((vector) => vector.slice());
    await timed(result.whole, () => opened.add(91_000_000 + i, passages, own));
  }
  for (let i = 0; i < CHANGES; i++) await timed(result.remove, () => opened.remove(91_000_000 + i));
  await opened.close();
  return result;
}

async function build() {
  const { vocabulary } = await import('./data.mjs');
  const { stem } = await import(process.env.RAG_BENCH_BUNDLE);
  const spent = await engine.build(dir, vocabulary(stem), Number(size));
  return { ...spent, rss: process.resourceUsage().maxRSS / 1024, bytes: sizeOf(dir) };
}

/** Words, or words and vectors, and the texts of ten passages. */
async function cold(both) {
  const { latin, han, vectors } = JSON.parse(readFileSync(join(dir, '../cold.json'), 'utf8'));
  const opened = await engine.open(dir);
  const ids = await opened.text(size === 'han' ? han : latin);
  if (both) ids.push(...(await opened.vector(Float32Array.from(vectors[0]))));
  const shown = await opened.texts(ids.slice(0, 10));
  await opened.close();
  return shown.length;
}

const steps = { build, ask, change, cold: () => cold(false), both: () => cold(true) };
console.log(JSON.stringify(await steps[step]()));
