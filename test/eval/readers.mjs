// Token F1 of our readers against the reference texts, and what becomes of every file of the corpora.
// Usage: node test/eval/readers.mjs [pdf|office|all] [--worst N]; RAG_CORPORA names the folder (default ../shared/corpora).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { corpora, loadReaders, readOne } from './readers-support.mjs';

const readers = await loadReaders();
const which = process.argv[2] ?? 'all';
const shown = Number(process.argv[process.argv.indexOf('--worst') + 1] || 15);

/** Words, numbers, and each Han, kana or Hangul character; case and compatibility forms folded. */
function tokens(text) {
  const found = new Map();
  const folded = text.normalize('NFKC').toLowerCase();
  for (const [token] of folded.matchAll(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{N}\p{M}]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[^\p{L}\p{N}\p{M}]|$)/gu,
  ))
    found.set(token, (found.get(token) ?? 0) + 1);
  return found;
}

function f1(a, b) {
  let both = 0;
  let left = 0;
  let right = 0;
  for (const [token, count] of a) {
    both += Math.min(count, b.get(token) ?? 0);
    left += count;
  }
  for (const count of b.values()) right += count;
  return left + right === 0 ? 1 : (2 * both) / (left + right);
}

/** `a|.b` in the manifest: the second replaces the last suffix of the first's stem. */
function references(row) {
  const [first, ...rest] = row.ref.split('|');
  return [first, ...rest.map((suffix) => `ref/${row.path}${suffix}`)].flatMap((name) => {
    if (!name.includes('.SHEET.'))
      return existsSync(path.join(corpora, name))
        ? [readFileSync(path.join(corpora, name), 'utf8').replace(/^=== .*$/gm, '')]
        : [];
    const [before, after] = path.basename(name).split('SHEET');
    const folder = path.join(corpora, path.dirname(name));
    const sheets = readdirSync(folder).filter((file) => file.startsWith(before) && file.endsWith(after));
    return sheets.length > 0 ? [sheets.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n')] : [];
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const [head, ...lines] = readFileSync(path.join(corpora, 'manifest.tsv'), 'utf8').trimEnd().split('\n');
const columns = head.split('\t');
const rows = lines.map((line) => Object.fromEntries(line.split('\t').map((cell, index) => [columns[index], cell])));

const outcomes = new Map();
const scores = { pdf: [], office: [], 'office, one reference only': [] };
let slowest = { ms: 0 };
for (const row of rows) {
  if (!/^(pdf|office|text|docs-tree|images)$/.test(row.kind) || (which !== 'all' && row.kind !== which)) continue;
  const bytes = new Uint8Array(readFileSync(path.join(corpora, row.path)));
  const result = await readOne(readers, bytes, row.path, row.password.split('|')[0]);
  if (result.ms > slowest.ms) slowest = { ms: result.ms, path: row.path };
  const key = `${row.kind}\t${result.type}\t${result.code}`;
  outcomes.set(key, [...(outcomes.get(key) ?? []), row.path]);
  if (result.code === 'BUG') console.log(`BUG ${row.path}\n${result.reason}`);
  const agreed = Number(row.ref_f1) >= 0.95;
  const group = agreed
    ? row.kind
    : row.kind === 'office' && row.ref_f1 === '' && row.ref !== ''
      ? 'office, one reference only'
      : '';
  if (!scores[group]) continue;
  const ours = tokens(result.text);
  const hyphens = tokens(result.text);
  const best = Math.max(
    0,
    ...references(row).flatMap((text) => [
      f1(ours, tokens(text)),
      f1(hyphens, tokens(text.replace(/(\p{L})[-\u00ad]\n(?=\p{Ll})/gu, '$1'))),
    ]),
  );
  scores[group].push({ path: row.path, f1: best, type: result.type, code: result.code, reason: result.reason });
}

for (const [kind, list] of Object.entries(scores)) {
  if (list.length === 0) continue;
  list.sort((a, b) => a.f1 - b.f1);
  const below = list.filter((entry) => entry.f1 < 0.8).length;
  console.log(
    `\n${kind}: ${list.length} files, median F1 ${median(list.map((entry) => entry.f1)).toFixed(4)}, below .80: ${below}`,
  );
  for (const type of new Set(list.map((entry) => entry.type))) {
    const own = list.filter((entry) => entry.type === type);
    if (own.length > 1)
      console.log(`  ${type}: ${own.length} files, median ${median(own.map((entry) => entry.f1)).toFixed(4)}`);
  }
  for (const entry of list.slice(0, shown))
    console.log(`  ${entry.f1.toFixed(3)} ${entry.code} ${entry.path} ${entry.reason.slice(0, 80)}`);
}
console.log(`\nslowest: ${slowest.path} ${Math.round(slowest.ms)} ms\n\nkind\ttype\tcode\tfiles\texample`);
for (const [key, paths] of [...outcomes].sort()) console.log(`${key}\t${paths.length}\t${paths[0]}`);
