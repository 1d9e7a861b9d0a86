// Compiles models/cedict-gloss.json.gz into dist/models/gloss.bin, which src/models/builtin/gloss.ts reads by position. UTF-8:
//   header   5 x u32 little-endian: magic "GLS2", number of blocks, where the index begins, its length, ICU version x 1,000
//   blocks   lines `key TAB value LF`, sorted by the key's UTF-16 units, about 4 KB each
//   index    one u32 a block: where it begins; then the first key of each block, one a line
// A Chinese key (simplified) leads to the index terms of its English gloss parts; an English key (stems, joined by spaces) to those
// of its headwords; joined by spaces. Cutting headwords when a question is asked would load the Chinese dictionary of ICU for
// questions that have no Chinese in them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const MAGIC = 0x32534c47; // "GLS2"
const BLOCK = 4096;
/** Gloss parts of a headword that lead to English; the later ones are rare senses. */
const PARTS = 2;
/** Headwords of an English phrase. */
const HEADWORDS = 8;
/** Words of an English phrase. */
const LONGEST = 3;

/** Leading particles and everything in brackets say how a word is used, not what it means. */
const bare = (part) =>
  part
    .replace(/\([^)]*\)|\[[^\]]*\]/g, ' ')
    .replace(/^\s*(?:to be|to|an?|the)\s+/i, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Notes on the word instead of a translation. */
const isNote = (part) =>
  /^(?:variant|see|old variant|also written|abbr|CL:|Taiwan pr|surname|used in|erhua)\b/i.test(part);

async function loadText(root) {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `export { phraseTerms } from './src/text/query.ts'; export { normalize } from './src/text/normalize.ts';
        export { STOP_WORDS } from './src/text/stopwords.ts'; export { tokens } from './src/text/tokenize.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

function partsOf(glosses) {
  return glosses
    .flatMap((gloss) => gloss.split(';'))
    .filter((part) => !isNote(part.trim()))
    .map(bare)
    .filter((part) => /[a-z]/i.test(part));
}

function tables(entries, { phraseTerms, normalize }) {
  const chinese = new Map();
  const english = new Map();
  for (const [headword, glosses] of entries) {
    const word = normalize(headword).text;
    if (!/^[\u3400-\u9fff]+$/.test(word)) continue;
    const parts = partsOf(glosses);
    if (parts.length === 0) continue;
    if (!chinese.has(word)) chinese.set(word, parts.slice(0, PARTS));
    for (const [rank, part] of parts.entries()) {
      const terms = phraseTerms(part);
      if (terms.length === 0 || terms.length > LONGEST) continue;
      const key = terms.join(' ');
      const words = english.get(key) ?? new Map();
      words.set(word, Math.min(rank, words.get(word) ?? rank));
      english.set(key, words);
    }
  }
  return { chinese, english };
}

/** Earlier gloss parts and shorter headwords first. */
const headwords = (words) =>
  [...words]
    .sort(([a, rank], [b, other]) => rank - other || a.length - b.length || (a < b ? -1 : 1))
    .slice(0, HEADWORDS)
    .map(([word]) => word);

/** Index terms of what a key leads to, each once, stop words off. */
function termsOf(value, { tokens, STOP_WORDS }) {
  const found = tokens(value).filter(
    ({ role, start, end }) => role !== 'piece' && !STOP_WORDS.has(value.slice(start, end).toLowerCase()),
  );
  return [...new Set(found.map(({ term }) => term))].join(' ');
}

function pack(lines) {
  const blocks = [];
  let block = '';
  let first = '';
  for (const [key, value] of lines) {
    if (block === '') first = key;
    block += `${key}\t${value}\n`;
    if (block.length < BLOCK) continue;
    blocks.push([first, Buffer.from(block)]);
    block = '';
  }
  if (block !== '') blocks.push([first, Buffer.from(block)]);
  const header = Buffer.alloc(20);
  const offsets = Buffer.alloc(blocks.length * 4);
  let offset = header.length;
  for (const [i, [, bytes]] of blocks.entries()) {
    offsets.writeUInt32LE(offset, i * 4);
    offset += bytes.length;
  }
  const index = Buffer.concat([offsets, Buffer.from(blocks.map(([key]) => key).join('\n'))]);
  const icu = Math.round(Number.parseFloat(process.versions.icu) * 1000);
  for (const [i, value] of [MAGIC, blocks.length, offset, index.length, icu].entries())
    header.writeUInt32LE(value, i * 4);
  return Buffer.concat([header, ...blocks.map(([, bytes]) => bytes), index]);
}

/** Whether dist/models/gloss.bin is there, in this form. */
export function hasGloss(root) {
  const file = join(root, 'dist/models/gloss.bin');
  return existsSync(file) && readFileSync(file).readUInt32LE(0) === MAGIC;
}

/** Writes dist/models/gloss.bin below `root`; returns its path. The same input gives the same bytes. */
export async function buildGloss(root) {
  const entries = JSON.parse(gunzipSync(readFileSync(join(root, 'models/cedict-gloss.json.gz'))));
  const text = await loadText(root);
  const { chinese, english } = tables(entries, text);
  const lines = [
    ...[...chinese].map(([key, parts]) => [key, termsOf(parts.join(' '), text)]),
    ...[...english].map(([key, words]) => [key, termsOf(headwords(words).join(' '), text)]),
  ].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const file = join(root, 'dist/models/gloss.bin');
  mkdirSync(join(root, 'dist/models'), { recursive: true });
  writeFileSync(file, pack(lines));
  return file;
}
