// Derives from the vendored model what the program reads: dist/models/{e5.bin,e5tok.bin,e5.wasm,e5-relaxed.wasm,SHA256SUMS}.
// The same inputs give the same bytes, and nothing is done when they are there already.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packWeights } from './pack.mjs';
import { packTrie } from './trie.mjs';

const MODEL = 'models/multilingual-e5-small-zh-en-int8';
const DERIVED = ['e5.bin', 'e5tok.bin', 'e5.wasm', 'e5-relaxed.wasm'];
const SUMS = 'SHA256SUMS';
/** What the derived files were made from; beside them, so that a stale one is noticed. */
const INPUTS = 'INPUTS';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function readSums(folder) {
  const lines = (await readFile(join(folder, SUMS), 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** Throws unless every file named in the folder's SHA256SUMS is there with that digest. */
export async function verifySums(folder) {
  for (const [name, expected] of await readSums(folder)) {
    const found = sha256(await readFile(join(folder, name)));
    if (found !== expected) throw new Error(`${join(folder, name)} is damaged: sha256 ${found}, expected ${expected}`);
  }
}

async function writeWhole(path, bytes) {
  const temporary = `${path}.${process.pid}.new`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

/** With relaxed SIMD, or without it, as every engine has it. */
async function compileKernels(root, relaxed) {
  const { main } = await import('assemblyscript/asc');
  const entry = 'src/models/builtin/kernels.ts';
  const features = ['--enable', 'simd', ...(relaxed ? ['--enable', 'relaxed-simd'] : [])];
  const options = ['-O3', ...features, '--runtime', 'stub', '--noAssert', '--importMemory', '-o', 'e5.wasm'];
  let wasm;
  const { error, stderr } = await main([entry, '--baseDir', root, ...options], {
    writeFile: (name, contents) => {
      if (name === 'e5.wasm') wasm = contents;
    },
  });
  if (error !== null) throw new Error(`${entry} does not compile: ${stderr.toString()}`);
  return Buffer.from(wasm);
}

/** One digest over the model's checksums, the code that packs and compiles, and the compiler's version. */
async function digestInputs(root) {
  const kernels = (await readdir(join(root, 'src/models/builtin/kernels'))).sort();
  const files = [
    join(root, MODEL, SUMS),
    ...['weights', 'pack', 'trie', 'onnx'].map((name) => join(root, `src/build/${name}.mjs`)),
    join(root, 'src/models/builtin/kernels.ts'),
    ...kernels.map((name) => join(root, 'src/models/builtin/kernels', name)),
    createRequire(join(root, 'package.json')).resolve('assemblyscript/package.json'),
  ];
  const digests = await Promise.all(files.map(async (file) => sha256(await readFile(file))));
  return sha256(digests.join('\n'));
}

async function isCurrent(out, inputs) {
  try {
    if ((await readFile(join(out, INPUTS), 'utf8')).trim() !== inputs) return false;
    await verifySums(out);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} root folder of package.json
 * @returns {Promise<'built' | 'current'>}
 */
export async function buildModels(root) {
  const out = join(root, 'dist/models');
  await verifySums(join(root, MODEL));
  const inputs = await digestInputs(root);
  if (await isCurrent(out, inputs)) return 'current';
  await mkdir(out, { recursive: true });
  const made = [
    packWeights(await readFile(join(root, MODEL, 'model.onnx'))),
    packTrie(await readFile(join(root, MODEL, 'tokenizer.json'))),
    await compileKernels(root, false),
    await compileKernels(root, true),
  ];
  for (const [i, name] of DERIVED.entries()) await writeWhole(join(out, name), made[i]);
  const sums = DERIVED.map((name, i) => `${sha256(made[i])}  ${name}\n`).join('');
  await writeWhole(join(out, SUMS), sums);
  await writeWhole(join(out, INPUTS), `${inputs}\n`);
  return 'built';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
  console.log(`dist/models: ${await buildModels(root)}`);
}
