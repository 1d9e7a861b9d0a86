// Compiles models/cedict-gloss.json.gz into dist/models/gloss.bin, which src/models/builtin/gloss.ts reads by position. UTF-8:
//   header   4 x u32 little-endian: magic "GLS1", number of blocks, where the index begins, its length
//   blocks   lines `key TAB value LF`, sorted by the key's UTF-16 units, about 4 KB each
//   index    one u32 a block: where it begins; then the first key of each block, one a line
// A Chinese key (simplified) leads to its English gloss parts, joined by `|`; an English key (stems, joined by spaces) to headwords.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const MAGIC = 0x31534c47; // "GLS1"
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
      contents: `export { phraseTerms } from './src/text/query.ts'; export { normalize } from './src/text/normalize.ts';`,
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
  const header = Buffer.alloc(16);
  const offsets = Buffer.alloc(blocks.length * 4);
  let offset = header.length;
  for (const [i, [, bytes]] of blocks.entries()) {
    offsets.writeUInt32LE(offset, i * 4);
    offset += bytes.length;
  }
  const index = Buffer.concat([offsets, Buffer.from(blocks.map(([key]) => key).join('\n'))]);
  for (const [i, value] of [MAGIC, blocks.length, offset, index.length].entries()) header.writeUInt32LE(value, i * 4);
  return Buffer.concat([header, ...blocks.map(([, bytes]) => bytes), index]);
}

/** Writes dist/models/gloss.bin below `root`; returns its path. The same input gives the same bytes. */
export async function buildGloss(root) {
  const entries = JSON.parse(gunzipSync(readFileSync(join(root, 'models/cedict-gloss.json.gz'))));
  const { chinese, english } = tables(entries, await loadText(root));
  const lines = [
    ...[...chinese].map(([key, parts]) => [key, parts.join('|')]),
    ...[...english].map(([key, words]) => [key, headwords(words).join(' ')]),
  ].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const file = join(root, 'dist/models/gloss.bin');
  mkdirSync(join(root, 'dist/models'), { recursive: true });
  writeFileSync(file, pack(lines));
  return file;
}
