// Speed of our readers as ratios against the usual libraries, in one run, one thread, on the same bytes.
// Usage: node test/bench/readers.mjs [docx xlsx pdf sheet]; RAG_PEERS names a folder where `npm i mammoth exceljs pdfjs-dist` was run.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { strToU8, Zip, ZipDeflate, zipSync } from 'fflate';
import { corpora, loadReaders, readOne } from '../eval/readers-support.mjs';

const peers = process.env.RAG_PEERS;
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['docx', 'xlsx', 'pdf', 'sheet'];
const readers = await loadReaders();
const peer = async (name) =>
  import(pathToFileURL(createRequire(path.join(path.resolve(peers), 'x.js')).resolve(name)).href);

function link(entries) {
  const rows = entries.map(
    ([id, type, target]) =>
      `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows.join('')}</Relationships>`;
}

function types(entries) {
  const rows = entries.map(
    ([part, type]) =>
      `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`,
  );
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${rows.join('')}</Types>`;
}

const words =
  'the index of a system holds every term and where it stands so that a question finds its passage 数据 库 的 配置 参数 说明'.split(
    ' ',
  );
const sentence = (seed, length) =>
  Array.from({ length }, (_, i) => words[(seed * 7 + i * i + i) % words.length]).join(' ');

function makeDocx(paragraphs) {
  const body = Array.from({ length: paragraphs }, (_, i) => {
    const runs = Array.from(
      { length: 20 },
      (_, j) =>
        `<w:r><w:rPr><w:rFonts w:ascii="Arial"/><w:sz w:val="22"/></w:rPr><w:t xml:space="preserve">${sentence(i + j, 15)} ${i}.${j} </w:t></w:r>`,
    );
    return `<w:p w:rsidR="00A1">${i % 40 === 0 ? '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' : ''}${runs.join('')}</w:p>`;
  });
  const document = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body.join('')}</w:body></w:document>`;
  return zipSync({
    '[Content_Types].xml': strToU8(types([['/word/document.xml', 'wordprocessingml.document.main']])),
    '_rels/.rels': strToU8(link([['r1', 'officeDocument', 'word/document.xml']])),
    'word/document.xml': strToU8(document),
  });
}

function makeXlsx(rows) {
  const pieces = [];
  const zip = new Zip((error, data) => {
    if (error) throw error;
    pieces.push(data);
  });
  const add = (name, parts) => {
    const file = new ZipDeflate(name, { level: 6 });
    zip.add(file);
    for (const part of parts) file.push(strToU8(part));
    file.push(new Uint8Array(0), true);
  };
  const main =
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
  const letters = 'ABCDEFGHIJ';
  const cell = (row, column) => {
    const at = `r="${letters[column]}${row}"`;
    if (column % 3 === 0) return `<c ${at} t="s"><v>${(row * 31 + column) % 5000}</v></c>`;
    return column === 4
      ? `<c ${at} s="1"><v>${40000 + (row % 5000)}</v></c>`
      : `<c ${at}><v>${(row * (column + 1)) % 99991}.${column}</v></c>`;
  };
  const sheet = function* () {
    yield `<?xml version="1.0"?><worksheet ${main}><sheetData>`;
    for (let row = 1; row <= rows; row += 500) {
      let part = '';
      for (let r = row; r < Math.min(row + 500, rows + 1); r++) {
        part += `<row r="${r}">`;
        for (let c = 0; c < 10; c++) part += cell(r, c);
        part += '</row>';
      }
      yield part;
    }
    yield '</sheetData></worksheet>';
  };
  add('[Content_Types].xml', [
    types([
      ['/xl/workbook.xml', 'spreadsheetml.sheet.main'],
      ['/xl/worksheets/sheet1.xml', 'spreadsheetml.worksheet'],
      ['/xl/styles.xml', 'spreadsheetml.styles'],
      ['/xl/sharedStrings.xml', 'spreadsheetml.sharedStrings'],
    ]),
  ]);
  add('_rels/.rels', [link([['r1', 'officeDocument', 'xl/workbook.xml']])]);
  add('xl/workbook.xml', [`<workbook ${main}><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>`]);
  add('xl/_rels/workbook.xml.rels', [
    link([
      ['r1', 'worksheet', 'worksheets/sheet1.xml'],
      ['r2', 'styles', 'styles.xml'],
      ['r3', 'sharedStrings', 'sharedStrings.xml'],
    ]),
  ]);
  add('xl/styles.xml', [
    `<styleSheet ${main}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  ]);
  add('xl/sharedStrings.xml', [
    `<sst ${main}>${Array.from({ length: 5000 }, (_, i) => `<si><t>${sentence(i, 4)} ${i}</t></si>`).join('')}</sst>`,
  ]);
  add('xl/worksheets/sheet1.xml', sheet());
  zip.end();
  return new Uint8Array(Buffer.concat(pieces));
}

/** The best of five runs each, taken in turns: on a shared machine neighbours then disturb all alike. */
async function race(runs) {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 5; round++)
    for (const [i, run] of runs.entries()) {
      const started = performance.now();
      await run();
      best[i] = Math.min(best[i], performance.now() - started);
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
  console.log(`${what}: ours ${Math.round(own)} ms`);
  for (const [i, [name]] of entries.entries())
    console.log(`  ${name} ${Math.round(rest[i])} ms, ratio ${(rest[i] / own).toFixed(1)}`);
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
