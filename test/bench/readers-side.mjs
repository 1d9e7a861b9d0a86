// One side of readers.mjs, in its own process: reads the same files each time it is asked to, and says what that took.
// Usage: node test/bench/readers-side.mjs SIDE FOLDER-OF-OUR-READERS FILE...; over IPC, an answer to each message.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { importReaders, readOne } from '../eval/readers-support.mjs';

const [side, bundle, ...names] = process.argv.slice(2);
const peers = createRequire(path.join(path.resolve(process.env.RAG_PEERS ?? '.'), 'x.js'));
const peer = async (name) => import(pathToFileURL(peers.resolve(name)).href);

/** Each makes a function that reads one file and answers with the number of characters found. */
const sides = {
  async ours() {
    const readers = await importReaders(bundle);
    return async (bytes, name) => {
      const result = await readOne(readers, bytes, name);
      if (result.code !== 'ok' && !result.code.startsWith('partial'))
        throw new Error(`${name}: ${result.code} ${result.reason}`);
      return result.text.length;
    };
  },
  async mammoth() {
    const mammoth = (await peer('mammoth')).default;
    return async (bytes) => (await mammoth.extractRawText({ buffer: Buffer.from(bytes) })).value.length;
  },
  async 'exceljs load'() {
    const exceljs = (await peer('exceljs')).default;
    return async (bytes) => {
      const workbook = await new exceljs.Workbook().xlsx.load(Buffer.from(bytes));
      return workbook.worksheets.reduce((sum, sheet) => sum + sheet.actualRowCount, 0);
    };
  },
  async 'exceljs stream'() {
    const exceljs = (await peer('exceljs')).default;
    return async (bytes) => {
      let values = 0;
      const options = { sharedStrings: 'cache', styles: 'cache', worksheets: 'emit' };
      const workbook = new exceljs.stream.xlsx.WorkbookReader(Readable.from([Buffer.from(bytes)]), options);
      for await (const sheet of workbook) for await (const line of sheet) values += line.values.length;
      return values;
    };
  },
  async 'pdfjs-dist'() {
    const pdfjs = await peer('pdfjs-dist/legacy/build/pdf.mjs');
    const folder = path.dirname(peers.resolve('pdfjs-dist/package.json'));
    return async (bytes) => {
      const options = {
        data: bytes.slice(),
        cMapUrl: `${folder}/cmaps/`,
        cMapPacked: true,
        standardFontDataUrl: `${folder}/standard_fonts/`,
        verbosity: 0,
      };
      const document = await pdfjs.getDocument(options).promise;
      let length = 0;
      for (let i = 1; i <= document.numPages; i++) {
        const page = await document.getPage(i);
        length += (await page.getTextContent()).items.map((item) => item.str).join(' ').length;
        page.cleanup();
      }
      await document.loadingTask.destroy();
      return length;
    };
  },
};

const started = process.cpuUsage();
const read = await sides[side]();
const files = names.map((name) => [path.basename(name), new Uint8Array(readFileSync(name))]);
const { user, system } = process.cpuUsage(started);
process.send({ loaded: (user + system) / 1000 });
process.on('message', async () => {
  const before = process.cpuUsage();
  const from = performance.now();
  const characters = [];
  for (const [name, bytes] of files) characters.push(await read(bytes, name).catch(() => -1));
  const wall = performance.now() - from;
  const { user, system } = process.cpuUsage(before);
  process.send({ wall, cpu: (user + system) / 1000, characters });
});
