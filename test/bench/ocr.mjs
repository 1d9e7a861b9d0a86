// Peak memory and time of `rag ingest` on scanned pages: PDFs of page images at 300 dots an inch, English, simplified and traditional
// Chinese. Usage: node test/bench/ocr.mjs [en zh-Hans zh-Hant] [--pages 6]. Fails over 500 MB. Memory is resident size: of the process
// with its reader threads, of the child that recognises, and the most that both had at one time; Linux only.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { deflateSync } from 'node:zlib';
import { CONDITIONS, drawPage, LANGUAGES } from '../eval/ocr-pages.mjs';
import { root } from '../eval/readers-support.mjs';

const LIMIT_MB = 500;
const { values, positionals } = parseArgs({
  options: { pages: { type: 'string', default: '6' } },
  allowPositionals: true,
});
const folder = mkdtempSync(path.join(tmpdir(), 'rag-ocr-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let over = false;
for (const language of positionals.length > 0 ? positionals : Object.keys(LANGUAGES)) {
  const file = path.join(folder, `${language}.pdf`);
  const count = Number(values.pages);
  writeFileSync(file, await scannedPdf(language, count));
  const { own, child, both, seconds, result } = await ingest(file);
  over ||= both > LIMIT_MB || result.added !== 1;
  console.log(
    `${language.padEnd(8)} ${count} pages, ${(seconds / count).toFixed(2)} s a page; peak MB: process ${Math.round(own)}, recognition ${Math.round(child)}, together ${Math.round(both)}${result.added === 1 ? '' : ` ${JSON.stringify(result.files)}`}`,
  );
}
process.exitCode = over ? 1 : 0;

async function scannedPdf(language, count) {
  const { pixels } = await drawPage(language, LANGUAGES[language].fonts[0], { ...CONDITIONS.scan, scale: 2 });
  const image = deflateSync(pixels.data);
  const parts = [Buffer.from('%PDF-1.4\n')];
  const offsets = [];
  let at = parts[0].length;
  const add = (...pieces) => {
    offsets.push(at);
    for (const piece of [`${offsets.length} 0 obj\n`, ...pieces, '\nendobj\n'].map((piece) => Buffer.from(piece))) {
      parts.push(piece);
      at += piece.length;
    }
  };
  const kids = Array.from({ length: count }, (_, i) => `${5 + i} 0 R`).join(' ');
  const draw = 'q 595 0 0 842 0 0 cm /I Do Q';
  add('<< /Type /Catalog /Pages 2 0 R >>');
  add(`<< /Type /Pages /Count ${count} /Kids [${kids}] >>`);
  add(
    `<< /Type /XObject /Subtype /Image /Width ${pixels.width} /Height ${pixels.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode /Length ${image.length} >>\nstream\n`,
    image,
    '\nendstream',
  );
  add(`<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`);
  for (let i = 0; i < count; i++)
    add(
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 3 0 R >> >> >>',
    );
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = offsets.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

async function ingest(file) {
  const home = mkdtempSync(path.join(folder, 'home-'));
  const args = [path.join(root, 'bin/rag.js'), 'ingest', file, '--home', home, '--no-embed', '--json'];
  const started = performance.now();
  const run = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const peak = { own: 0, child: 0, both: 0 };
  const timer = setInterval(() => {
    const own = resident(run.pid);
    const child = childrenOf(run.pid).reduce((sum, id) => sum + resident(id), 0);
    peak.own = Math.max(peak.own, own);
    peak.child = Math.max(peak.child, child);
    peak.both = Math.max(peak.both, own + child);
  }, 20);
  let out = '';
  run.stdout.on('data', (data) => {
    out += data;
  });
  await new Promise((resolve) => run.on('close', resolve));
  clearInterval(timer);
  return { ...peak, seconds: (performance.now() - started) / 1000, result: JSON.parse(out).result };
}

/** MB of the process; 0 once it is gone. */
function resident(id) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function childrenOf(id) {
  try {
    return readdirSync(`/proc/${id}/task`).flatMap((task) =>
      readFileSync(`/proc/${id}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}
