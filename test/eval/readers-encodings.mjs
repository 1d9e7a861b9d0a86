// Decoding against the pairs X.txt / X-utf8.txt, whole and cut to the first 20 to 2,000 bytes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { corpora, loadReaders } from './readers-support.mjs';

const { detectEncoding, decode } = await loadReaders();
const folder = path.join(corpora, 'text/cpython-cjk');
let right = 0;
let all = 0;
for (const file of readdirSync(folder).filter((name) => /(?<!-utf8)\.txt$/.test(name))) {
  if (!existsSync(path.join(folder, file.replace('.txt', '-utf8.txt')))) continue;
  const bytes = new Uint8Array(readFileSync(path.join(folder, file)));
  const truth = readFileSync(path.join(folder, file.replace('.txt', '-utf8.txt')), 'utf8');
  const row = [];
  for (const length of [20, 50, 100, 200, 500, 2000, bytes.length]) {
    const cut = bytes.subarray(0, length);
    const text = decode(cut);
    const good = truth.startsWith(text.replace(/\ufffd+$/, '').slice(0, -2));
    row.push(`${good ? 'ok ' : 'BAD'} ${detectEncoding(cut).label}`);
    all++;
    if (good) right++;
  }
  console.log(file.padEnd(20), row.join('\t'));
}
console.log(`${right} of ${all} right`);
