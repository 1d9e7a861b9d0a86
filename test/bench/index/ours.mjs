// This project's index behind its port: one document of ten chunks after the other.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { vectorOf, wordsOf } from './data.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const PER_DOCUMENT = 10;
const PER_COMMIT = 2000;

export function documentOf(vocabulary, number, first, count) {
  const source = `docs/${number % 100}/${number}.md`;
  const id = sha256(source);
  let start = 0;
  const chunks = Array.from({ length: count }, (_, position) => {
    const words = wordsOf(vocabulary, first + position);
    const text = `${words.join(' ')}\n`;
    const terms = new Map();
    for (const word of words) terms.set(word, (terms.get(word) ?? 0) + 1);
    const chunk = { id: `${id}:${position}`, document: id, position, start, end: start + text.length, text };
    start += text.length;
    return { ...chunk, context: '', locator: { line: position + 1 }, terms };
  });
  const document = {
    ...{
      id,
      source,
      title: `Document ${number}`,
      type: 'markdown',
      bytes: start,
      sha256: id,
      mtimeMs: 1_700_000_000_000,
    },
    ...{ collection: 'default', tags: {}, ingested: new Date().toISOString(), status: 'ok' },
    sections: [{ start: 0, locator: {} }],
  };
  return { document, chunks };
}

export const sizeOf = (dir) =>
  readdirSync(dir, { recursive: true })
    .map((name) => statSync(join(dir, name)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);

/** Seconds in `put`, in `putVectors` and in merging; making the data is not counted. `seen`: told each chunk's words. */
export async function build({ openWriter }, dir, vocabulary, chunks, seen) {
  const store = await openWriter(dir);
  const seconds = { put: 0, vectors: 0, merge: 0 };
  /** Of the processor: what other work on the machine leaves alone. */
  const busy = { put: 0, vectors: 0, merge: 0 };
  const timed = async (name, work) => {
    const started = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    seconds[name] += (performance.now() - started) / 1000;
    busy[name] += (user + system) / 1e6;
  };
  for (let first = 0; first < chunks; first += PER_COMMIT) {
    const puts = [];
    for (let at = first; at < Math.min(chunks, first + PER_COMMIT); at += PER_DOCUMENT)
      puts.push(documentOf(vocabulary, at / PER_DOCUMENT, at, PER_DOCUMENT));
    puts.forEach(({ chunks }, i) => {
      chunks.forEach(({ terms }, j) => {
        seen?.(first + i * PER_DOCUMENT + j, terms);
      });
    });
    await timed('put', () => store.put(puts));
  }
  await timed('merge', () => store.compact());
  let number = 0;
  let batch = new Map();
  const flush = async () => {
    await timed('vectors', () => store.putVectors('bench', 'bench', batch));
    batch = new Map();
  };
  for await (const { hash } of store.pending()) {
    batch.set(hash, vectorOf(number++, chunks));
    if (batch.size === PER_COMMIT) await flush();
  }
  if (batch.size > 0) await flush();
  const rss = process.resourceUsage().maxRSS / 1024;
  // One more document, each in its own durable commit.
  const adds = [];
  for (let i = 0; i < 40; i++) {
    const put = [documentOf(vocabulary, 10_000_000 + i, 20_000_000 + i * PER_DOCUMENT, PER_DOCUMENT)];
    const started = performance.now();
    await store.put(put);
    adds.push(performance.now() - started);
  }
  for (let i = 0; i < 40; i++) await store.remove(`docs/${(10_000_000 + i) % 100}/${10_000_000 + i}.md`);
  await store.compact();
  await store.close();
  return { seconds, busy, rss, adds };
}

export const lexicalQuery = (terms) => ({ terms, expanded: [], begun: [], phrases: [], exclude: [] });
