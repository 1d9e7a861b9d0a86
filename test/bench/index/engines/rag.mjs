// This project's index behind its port: documents of ten chunks.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clock } from '../clock.mjs';
import { vectorOf, wordsOf } from '../data.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const PER_DOCUMENT = 10;
const PER_COMMIT = 2000;

/** The source, bundled by main.mjs: not a stale dist. */
const load = () => import(pathToFileURL(process.env.RAG_BENCH_BUNDLE).href);
const merging = { worker: pathToFileURL(process.env.RAG_BENCH_MERGER) };
const sourceOf = (number) => `docs/${number % 100}/${number}.md`;

function documentOf(number, texts) {
  const source = sourceOf(number);
  const id = sha256(source);
  let start = 0;
  const chunks = texts.map((words, position) => {
    const text = `${words.join(' ')}\n`;
    const terms = new Map();
    for (const word of words) terms.set(word, (terms.get(word) ?? 0) + 1);
    const chunk = { id: `${id}:${position}`, document: id, position, start, end: start + text.length, text };
    start += text.length;
    return { ...chunk, context: '', locator: { line: position + 1 }, terms };
  });
  const document = {
    ...{ id, source, title: `Document ${number}`, type: 'markdown', bytes: start, sha256: id },
    ...{
      mtimeMs: 1_700_000_000_000,
      collection: 'default',
      tags: {},
      ingested: new Date().toISOString(),
      status: 'ok',
    },
    sections: [{ start: 0, locator: {} }],
  };
  return { document, chunks };
}

/** Times in `put` with its merging, and in `putVectors`; making the data is not counted. */
export async function build(dir, vocabulary, chunks) {
  const { openWriter } = await load();
  const store = await openWriter(join(dir, '.rag'), { merging });
  const { timed, ...spent } = clock();
  for (let first = 0; first < chunks; first += PER_COMMIT) {
    const puts = [];
    for (let at = first; at < Math.min(chunks, first + PER_COMMIT); at += PER_DOCUMENT) {
      const texts = Array.from({ length: PER_DOCUMENT }, (_, i) => wordsOf(vocabulary, at + i));
      puts.push(documentOf(at / PER_DOCUMENT, texts));
    }
    await timed('text', () => store.put(puts));
  }
  await timed('text', () => store.compact());
  let number = 0;
  let batch = new Map();
  const flush = async () => {
    await timed('vectors', () => store.putVectors(process.env.RAG_BENCH_MODEL, 'bench', batch));
    batch = new Map();
  };
  for await (const { hash } of store.pending()) {
    batch.set(hash, vectorOf(number++, chunks));
    if (batch.size === PER_COMMIT) await flush();
  }
  if (batch.size > 0) await flush();
  await store.close();
  return spent;
}

export async function open(dir) {
  const { openReader } = await load();
  const reader = await openReader(join(dir, '.rag'), { light: true });
  const numbers = async (hits) => {
    const passages = await reader.read(hits.map(({ chunk }) => chunk));
    return hits.map(({ chunk }) => {
      const { document, chunk: found } = passages.get(chunk);
      return Number(/(\d+)\.md$/.exec(document.source)[1]) * PER_DOCUMENT + found.position;
    });
  };
  const query = (terms) => ({ terms, expanded: [], begun: [], phrases: [], exclude: [] });
  return {
    numbers,
    text: (words) => reader.searchText(query(words), 10),
    vector: (vector) => reader.searchVector(vector, 10),
    textIn: (words, part) => reader.searchText(query(words), 10, { in: [`docs/${part}`] }),
    vectorIn: (vector, part) => reader.searchVector(vector, 10, { in: [`docs/${part}`] }),
    close: () => reader.close(),
  };
}

/** Documents added one by one, each in its own durable commit, and removed again. */
export async function openForChange(dir) {
  const { openWriter } = await load();
  const store = await openWriter(join(dir, '.rag'), { merging });
  return {
    made: documentOf,
    async add(_, put, vectors) {
      await store.put([put]);
      if (vectors === undefined) return;
      const made = new Map();
      for await (const { hash } of store.pending()) made.set(hash, vectors[made.size % vectors.length]);
      await store.putVectors(process.env.RAG_BENCH_MODEL, 'bench', made);
    },
    remove: (number) => store.remove(sourceOf(number)),
    async close() {
      await store.compact();
      await store.close();
    },
  };
}
