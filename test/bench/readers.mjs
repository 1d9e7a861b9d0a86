// Speed of our readers as ratios against the usual libraries, in one run, one thread, on the same bytes.
// Usage: node test/bench/readers.mjs [docx xlsx pdf sheet]; RAG_PEERS names a folder where `npm i mammoth exceljs pdfjs-dist` was run.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { corpora, loadReaders, readOne } from '../eval/readers-support.mjs';
import { makeDocx, makeXlsx } from './office-files.mjs';

const peers = process.env.RAG_PEERS;
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['docx', 'xlsx', 'pdf', 'sheet'];
const readers = await loadReaders();
const peer = async (name) =>
  import(pathToFileURL(createRequire(path.join(path.resolve(peers), 'x.js')).resolve(name)).href);

/**
 * The best of five runs each, taken in turns: on a shared machine neighbours then disturb all alike. Wall-clock and processor
 * milliseconds; the latter hardly feel the neighbours.
 */
async function race(runs) {
  const best = runs.map(() => ({ wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < 5; round++)
    for (const [i, run] of runs.entries()) {
      const started = performance.now();
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      best[i].wall = Math.min(best[i].wall, performance.now() - started);
      best[i].cpu = Math.min(best[i].cpu, (user + system) / 1000);
    }
  return best;
}

const ours = async (bytes, name) => {
  const result = await readOne(readers, bytes, name);
  if (result.code !== 'ok' && !result.code.startsWith('partial'))
    throw new Error(`${name}: ${result.code} ${result.reason}`);
};

async function compare(what, mine, others) {
  const entries = peers ? Object.entries(others) : [];
  const [own, ...rest] = await race([mine, ...entries.map(([, run]) => run)]);
  console.log(`${what}: ours ${Math.round(own.wall)} ms, ${Math.round(own.cpu)} ms of processor`);
  for (const [i, [name]] of entries.entries()) {
    const { wall, cpu } = rest[i];
    const ratios = `ratio ${(wall / own.wall).toFixed(1)}, of processor time ${(cpu / own.cpu).toFixed(1)}`;
    console.log(`  ${name} ${Math.round(wall)} ms, ${Math.round(cpu)} ms of processor, ${ratios}`);
  }
}

if (wanted.includes('docx')) {
  const bytes = makeDocx(3000);
  const mammoth = peers && (await peer('mammoth')).default;
  await compare('docx, 3,000 paragraphs, 60,000 runs', () => ours(bytes, 'a.docx'), {
    mammoth: () => mammoth.extractRawText({ buffer: Buffer.from(bytes) }),
  });
}
if (wanted.includes('xlsx')) {
  const bytes = makeXlsx(60_000);
  const exceljs = peers && (await peer('exceljs')).default;
  await compare('xlsx, 60,000 rows × 10', () => ours(bytes, 'a.xlsx'), {
    'exceljs load': () => new exceljs.Workbook().xlsx.load(Buffer.from(bytes)),
    'exceljs stream': async () => {
      const options = { sharedStrings: 'cache', styles: 'cache', worksheets: 'emit' };
      const workbook = new exceljs.stream.xlsx.WorkbookReader(Readable.from([Buffer.from(bytes)]), options);
      for await (const sheet of workbook) for await (const line of sheet) void line.values;
    },
  });
}
if (wanted.includes('pdf')) {
  const files = readdirSync(path.join(corpora, 'pdf'), { recursive: true }).filter((name) => name.endsWith('.pdf'));
  const largest = files
    .map((name) => path.join(corpora, 'pdf', name))
    .sort((a, b) => statSync(b).size - statSync(a).size)
    .slice(0, 12);
  const all = largest.map((name) => new Uint8Array(readFileSync(name)));
  const pdfjs = peers && (await peer('pdfjs-dist/legacy/build/pdf.mjs'));
  const folder =
    peers && path.dirname(createRequire(path.join(path.resolve(peers), 'x.js')).resolve('pdfjs-dist/package.json'));
  const each = async (read) => {
    for (const bytes of all) await read(bytes);
  };
  await compare('pdf, the 12 largest of the corpus', () => each((bytes) => readOne(readers, bytes, 'a.pdf')), {
    'pdfjs-dist': () =>
      each(async (bytes) => {
        const options = { data: bytes.slice(), cMapUrl: `${folder}/cmaps/`, cMapPacked: true, verbosity: 0 };
        const document = await pdfjs.getDocument(options).promise.catch(() => undefined);
        for (let i = 1; i <= (document?.numPages ?? 0); i++) {
          const page = await document.getPage(i);
          (await page.getTextContent()).items.map((item) => item.str).join(' ');
          page.cleanup();
        }
        await document?.loadingTask.destroy();
      }),
  });
}
if (wanted.includes('sheet')) {
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
