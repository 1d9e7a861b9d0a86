// Of quotes taken at random from PDFs, the share whose place on its page is found, all of it or a part.
// node src/build/ready.mjs && node test/eval/quotes.mjs FOLDER   (a folder of PDFs; copied into a home of its own)
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const rag = join(dirname(fileURLToPath(import.meta.url)), '../../bin/rag.js');
const QUOTES_A_FILE = 12;
const LENGTH = 90;
const home = mkdtempSync(join(tmpdir(), 'rag-quotes-'));
cpSync(resolve(process.argv[2]), join(home, 'pdf'), { recursive: true, dereference: true });
const env = { ...process.env, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9', OCR: 'off' };
spawnSync(process.execPath, [rag, 'ingest', 'pdf', '--no-embed'], { cwd: home, env });
const server = spawn(process.execPath, [rag, 'serve', '--port', '0', '--json'], { cwd: home, env });
server.stderr.resume();
const { url, token } = JSON.parse(await new Promise((heard) => server.stdout.once('data', heard)));
const get = async (path, query) => {
  const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.ok ? answer.json() : undefined;
};

let asked = 0;
let found = 0;
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const times = [];
const { documents } = await get('documents', { limit: 1000 });
for (const { source, type } of documents) {
  if (type !== 'pdf') continue;
  const { text, sections } = await get('documents/text', { source });
  const missed = [];
  for (let i = 0; i < QUOTES_A_FILE; i++) {
    const { locator } = sections[Math.floor(random() * sections.length)];
    const from = locator.start + Math.floor(random() * Math.max(1, locator.end - locator.start - LENGTH));
    const quote = text.slice(from, Math.min(locator.end, from + LENGTH));
    if (quote.replace(/\s/g, '').length < 20 || locator.ocr !== undefined) continue;
    const started = performance.now();
    const drawn = await get('documents/page', { source, page: locator.page, start: from, end: from + quote.length });
    times.push(performance.now() - started);
    asked++;
    if (drawn?.boxes.length > 0) found++;
    else missed.push(quote);
  }
  if (missed.length > 0) console.log(`${source}: ${missed.length} not found, e.g. ${JSON.stringify(missed[0])}`);
}
server.kill('SIGTERM');
rmSync(home, { recursive: true });
times.sort((a, b) => a - b);
const percentile = (share) => times[Math.floor(share * times.length)]?.toFixed(0);
console.log(
  `${found} of ${asked} quotes found on their pages; a page: median ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms`,
);
