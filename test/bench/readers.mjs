// Speed of our readers as ratios against the usual libraries: the same bytes, each side in a process of its own with one thread of work,
// in turns, so that neighbours on a shared machine disturb all alike. The first round is cold and printed apart; of the seven behind it
// the least and the median count, in wall clock and in processor time (of all the process's threads).
// Usage: node test/bench/readers.mjs [docx xlsx pdf pages sheet]; RAG_PEERS names a folder where `npm i mammoth exceljs pdfjs-dist` was run.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleReaders, corpora, importReaders } from '../eval/readers-support.mjs';
import { makeDocx, makeXlsx } from './office-files.mjs';
import { makePdf } from './pdf-files.mjs';

const ROUNDS = 7;
/** A text-layer PDF has real text when both sides find this many characters in it. */
const REAL_TEXT = 1000;
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['docx', 'xlsx', 'pdf', 'pages', 'sheet'];
const bundle = await bundleReaders();
const folder = mkdtempSync(path.join(tmpdir(), 'rag-readers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function made(name, bytes) {
  writeFileSync(path.join(folder, name), bytes);
  return [path.join(folder, name)];
}

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'readers-side.mjs');

async function start(side, files) {
  const child = fork(script, [side, bundle, ...files], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  return {
    side,
    async round() {
      child.send('read');
      return (await once(child, 'message'))[0];
    },
    stop: () => child.kill(),
  };
}

const least = (rounds, what) => Math.min(...rounds.map((round) => round[what]));
const median = (rounds, what) =>
  rounds.map((round) => round[what]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)];

async function compare(what, files, others) {
  const sides = [];
  for (const side of ['ours', ...(process.env.RAG_PEERS ? others : [])]) sides.push(await start(side, files));
  const rounds = sides.map(() => []);
  for (let round = 0; round <= ROUNDS; round++)
    for (const [i, side] of sides.entries()) rounds[i].push(await side.round());
  for (const side of sides) side.stop();
  for (const [i, { side }] of sides.entries()) {
    const [cold, ...warm] = rounds[i];
    const [ourCold, ...our] = rounds[0];
    const cells = [`${side.padEnd(14)} cold ${Math.round(cold.wall)} ms`];
    for (const measure of ['wall', 'cpu'])
      cells.push(`${measure} ${Math.round(least(warm, measure))} (median ${Math.round(median(warm, measure))}) ms`);
    if (i > 0) {
      const ratio = (count, measure) => (count(warm, measure) / count(our, measure)).toFixed(1);
      const of = (measure) => `${measure} ${ratio(least, measure)} (median ${ratio(median, measure)})`;
      cells.push(`ratio ${of('wall')}, ${of('cpu')}, cold ${(cold.wall / ourCold.wall).toFixed(1)}`);
    }
    console.log(`${i === 0 ? `${what}\n` : ''}  ${cells.join(' | ')}`);
  }
}

/** The PDFs of the corpus that have real text to either side. */
async function textPdfs() {
  const files = readdirSync(path.join(corpora, 'pdf'), { recursive: true })
    .filter((name) => name.endsWith('.pdf'))
    .map((name) => path.join(corpora, 'pdf', name));
  const found = [];
  for (const name of ['ours', ...(process.env.RAG_PEERS ? ['pdfjs-dist'] : [])]) {
    const side = await start(name, files);
    found.push((await side.round()).characters);
    side.stop();
  }
  return files.filter((_, i) => found.every((characters) => characters[i] >= REAL_TEXT));
}

if (wanted.includes('docx'))
  await compare('docx, 3,000 paragraphs, 60,000 runs', made('a.docx', makeDocx(3000)), ['mammoth']);
if (wanted.includes('xlsx'))
  await compare('xlsx, 60,000 rows × 10', made('a.xlsx', makeXlsx(60_000)), ['exceljs load', 'exceljs stream']);
if (wanted.includes('pdf')) {
  const files = await textPdfs();
  await compare(`pdf, all ${files.length} of the corpus with real text`, files, ['pdfjs-dist']);
}
if (wanted.includes('pages'))
  await compare('pdf, one of 300 pages', made('a.pdf', Buffer.from(makePdf(300), 'latin1')), ['pdfjs-dist']);
if (wanted.includes('sheet')) {
  const readers = await importReaders(bundle);
  const bytes = makeXlsx(500_000);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const started = performance.now();
  let sections = 0;
  let peak = before;
  const read = await readers.readerFor('xlsx');
  for await (const _ of read(bytes, { name: 'a.xlsx', partial() {} }))
    if (++sections % 500 === 0) peak = Math.max(peak, process.memoryUsage().rss);
  console.log(
    `xlsx, 500,000 rows × 10 (${(bytes.length / 1e6).toFixed(0)} MB): ${Math.round(performance.now() - started)} ms, ${sections} sections, RSS ${Math.round(before / 1e6)} → ${Math.round(peak / 1e6)} MB`,
  );
}
