// From Enter to the first characters of the answer, on a real terminal (tmux), no language model, over 100,000 passages:
// `node test/bench/first-token.mjs [passages]`. The documents are those of a question set among made-up ones.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { vocabulary as makeVocabulary, vectorOf, wordsOf } from './index/data.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const set = join(resolve(process.env.RAG_CORPORA ?? join(root, '../shared/corpora')), 'qa/xquad-en-a');
const passages = Number(process.argv[2] ?? 100_000);
const QUESTIONS = 40;
const A_DOCUMENT = 10;
const A_COMMIT = 2000;
const bin = join(root, 'bin/rag.js');
const env = {
  ...process.env,
  LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  CI: 'false',
};
const dir = mkdtempSync(join(tmpdir(), 'rag-first-token-'));
const socket = `rag-bench-${process.pid}`;
const tmux = (...args) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function load() {
  const outfile = join(root, `node_modules/.bench-first-${process.pid}.mjs`);
  await esbuild({
    stdin: {
      contents: `export { openWriter } from './src/store/sqlite/sqlite.ts'; export { stem } from './src/text/stem.ts';
        export { countTerms } from './src/text/tokenize.ts'; export { sha256 } from './src/pipeline/digest.ts';`,
      resolveDir: root,
    },
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', external: ['better-sqlite3'], logLevel: 'error' },
  });
  const loaded = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return loaded;
}

/** Sentences of a dozen words. */
function textOf(vocabulary, i) {
  const words = wordsOf(vocabulary, i);
  let text = '';
  for (let at = 0; at < words.length; at += 12) text += `${words.slice(at, at + 12).join(' ')}. `;
  return `${text}\n`;
}

async function fill({ openWriter, stem, countTerms, sha256 }) {
  const vocabulary = makeVocabulary(stem);
  const store = await openWriter(join(dir, '.rag'));
  const { model } = await store.fingerprint();
  for (let first = 0; first < passages; first += A_COMMIT) {
    const puts = [];
    for (let at = first; at < first + A_COMMIT; at += A_DOCUMENT) {
      const source = `made/${at}.md`;
      const id = sha256(source);
      let start = 0;
      const chunks = Array.from({ length: A_DOCUMENT }, (_, position) => {
        const text = textOf(vocabulary, at + position);
        const span = { start, end: start + text.length };
        start = span.end;
        const own = { id: `${id}:${position}`, document: id, position, text, context: '', locator: {} };
        return { ...own, ...span, terms: countTerms(text) };
      });
      const file = { id, source, title: source, type: 'markdown', bytes: start, sha256: id, mtimeMs: 1 };
      const more = { collection: 'default', tags: {}, ingested: new Date().toISOString(), status: 'ok' };
      puts.push({ document: { ...file, ...more, sections: [{ start: 0, locator: {} }] }, chunks });
    }
    await store.put(puts);
  }
  let batch = new Map();
  let number = 0;
  for await (const { hash } of store.pending()) {
    batch.set(hash, vectorOf(number++, passages));
    if (batch.size < A_COMMIT) continue;
    await store.putVectors(model, 'bench', batch);
    batch = new Map();
  }
  await store.putVectors(model, 'bench', batch);
  await store.compact();
  await store.close();
}

try {
  mkdirSync(join(dir, 'docs'));
  cpSync(join(set, 'docs'), join(dir, 'docs'), { recursive: true });
  execFileSync(process.execPath, [bin, 'ingest', 'docs', '-q'], { cwd: dir, env });
  await fill(await load());
  const screen = join(dir, 'screen');
  spawnSync(
    'tmux',
    ['-L', socket, '-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '40', `${process.execPath} ${bin} chat`],
    {
      cwd: dir,
      env,
    },
  );
  tmux('pipe-pane', `cat > ${screen}`);
  while (!/Enter/.test(tmux('capture-pane', '-p'))) await sleep(50);
  const questions = readFileSync(join(set, 'queries.jsonl'), 'utf8').split('\n').filter(Boolean).slice(0, QUESTIONS);
  const times = [];
  for (const [i, line] of questions.entries()) {
    tmux('send-keys', '-l', JSON.parse(line).question);
    await sleep(300);
    const before = statSync(screen).size;
    const started = performance.now();
    tmux('send-keys', 'Enter');
    let shown = '';
    // The quotation mark of the first quote, or the sentence that there is none.
    while (!/“|not in your documents/.test(shown)) {
      await sleep(1);
      shown = readFileSync(screen).subarray(before).toString('utf8');
      if (performance.now() - started > 20_000) throw new Error(`no answer: ${tmux('capture-pane', '-p')}`);
    }
    if (i >= 3) times.push(performance.now() - started);
    await sleep(400);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * times.length)].toFixed(0);
  console.log(
    `first characters of an answer after Enter, ${passages} passages, ${times.length} questions: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, least ${at(0)} ms (asked ≤ 150)`,
  );
} finally {
  spawnSync('tmux', ['-L', socket, 'kill-server']);
  rmSync(dir, { recursive: true, force: true });
}
