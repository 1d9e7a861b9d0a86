// How long the page of rag serve takes in a real Chromium: first paint, box ready, first search; and what is sent.
// node src/build/ready.mjs && node test/bench/web.mjs   (CHROMIUM: path of the browser)
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const ROUNDS = 7;
const home = mkdtempSync(join(tmpdir(), 'rag-bench-web-'));
const env = { ...process.env, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9' };
const rag = join(root, 'bin/rag.js');
spawnSync(process.execPath, [rag, 'ingest', join(root, 'examples'), '--home', home], { env });
const server = spawn(process.execPath, [rag, 'serve', '--port', '0', '--json', '--home', home], { env });
server.stderr.resume();
const { url, token } = JSON.parse(await new Promise((heard) => server.stdout.once('data', heard)));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});

const rows = [];
for (let round = 0; round < ROUNDS; round++) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url}/#token=${token}&/search`);
  await page.locator('.search-box input').waitFor();
  const ready = await page.evaluate('performance.now()');
  const paint = await page.evaluate(
    `performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint')?.startTime`,
  );
  const asked = performance.now();
  await page.locator('.search-box input').fill('backups');
  await page.keyboard.press('Enter');
  await page.locator('.hit').first().waitFor();
  rows.push({ paint, ready, search: performance.now() - asked });
  await page.context().close();
}
await browser.close();
server.kill('SIGTERM');
rmSync(home, { recursive: true });

const assets = join(root, 'dist/web/assets');
const bytes = readdirSync(assets).reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
for (const name of ['paint', 'ready', 'search']) {
  const sorted = rows.map((row) => row[name]).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(
    `${name.padEnd(7)} ms: least ${sorted[0].toFixed(0)}, median ${median.toFixed(0)}, most ${sorted.at(-1).toFixed(0)}`,
  );
}
console.log(`page: ${(bytes / 1024).toFixed(0)} KB compressed`);
