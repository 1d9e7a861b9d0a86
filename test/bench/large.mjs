// Peak memory and time of `rag ingest` on single large files: a 1,600-page PDF, a sheet of 500,000 rows, a mailbox of 300 MB.
// Usage: node test/bench/large.mjs [pdf xlsx mbox csv]. Fails over 500 MB. The peak is VmHWM of the process (its workers are threads) plus
// that of each child; Linux only.
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeXlsx, sentence } from './office-files.mjs';
import { makePdf } from './pdf-files.mjs';

const LIMIT_MB = 500;
const rag = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../bin/rag.js');
const folder = mkdtempSync(path.join(tmpdir(), 'rag-large-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const makers = {
  pdf: (file) => writeFileSync(file, makePdf(1600), 'latin1'),
  xlsx: (file) => writeFileSync(file, makeXlsx(500_000)),
  mbox(file) {
    writePieces(file, 300e6, (i) => {
      const body = Array.from({ length: 40 }, (_, line) => sentence(i * 40 + line, 12)).join('\n');
      const attachment =
        i % 50 === 0 ? Buffer.alloc(600_000, `row ${i},`).toString('base64').replace(/.{76}/g, '$&\n') : '';
      const head = `From a@example.org Mon Jan  5 10:00:00 2026\nFrom: a@example.org\nTo: b@example.org\nSubject: message ${i}\nDate: Mon, 05 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\n`;
      if (attachment === '') return `${head}Content-Type: text/plain; charset=utf-8\n\n${body}\n\n`;
      return `${head}Content-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: text/plain; charset=utf-8\n\n${body}\n--cut\nContent-Type: application/octet-stream; name="a${i}.bin"\nContent-Disposition: attachment; filename="a${i}.bin"\nContent-Transfer-Encoding: base64\n\n${attachment}\n--cut--\n\n`;
    });
  },
  csv: (file) => writePieces(file, 100e6, (i) => `${i},${sentence(i, 8)},${i * 1.5}\n`),
};

function writePieces(file, bytes, piece) {
  const handle = openSync(file, 'w');
  for (let i = 0, written = 0; written < bytes; i++) written += writeSync(handle, piece(i));
  closeSync(handle);
}

/** VmHWM of a process and of all below it, in kB, by process id. */
function peaks(root, known) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(Number(name), Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))[1]));
    } catch {}
  }
  const below = (id) => id === root || (parents.has(id) && below(parents.get(id)));
  for (const id of parents.keys()) {
    if (!below(id)) continue;
    try {
      known.set(id, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]));
    } catch {}
  }
}

async function ingest(file) {
  const home = mkdtempSync(path.join(folder, 'home-'));
  const args = [rag, 'ingest', file, '--home', home, '--max-file-size', '1g', '--no-embed', '--json'];
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const known = new Map();
  const timer = setInterval(() => peaks(child.pid, known), 100);
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  rmSync(home, { recursive: true, force: true });
  const mb = [...known.values()].reduce((sum, kb) => sum + kb, 0) / 1024;
  const { result } = JSON.parse(out);
  return { mb, seconds: (performance.now() - started) / 1000, chunks: result.chunks, files: result.files };
}

let over = false;
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(makers)) {
  const file = path.join(folder, `large.${name}`);
  makers[name](file);
  const size = statSync(file).size / 1e6;
  const { mb, seconds, chunks, files } = await ingest(file);
  rmSync(file);
  over ||= mb > LIMIT_MB;
  const problems = files.filter(({ status }) => status !== 'added' && status !== 'skipped');
  console.log(
    `${name}: ${size.toFixed(0)} MB, ${chunks} passages in ${seconds.toFixed(1)} s, peak ${Math.round(mb)} MB ${problems.map(({ code, reason }) => `${code} ${reason}`).join('; ')}`,
  );
}
process.exitCode = over ? 1 : 0;
