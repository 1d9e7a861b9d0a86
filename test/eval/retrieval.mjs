/**
 * Retrieval quality in memory, without a store: `node test/eval/retrieval.mjs CORPORA [--sets qa,cross,scifact] [--dense] [--aim N]
 * [--average N] [--cache FILE]`. CORPORA holds `qa/*` and `ir/scifact`; `--dense` embeds what the cache does not hold.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string', default: 'qa,cross,scifact' },
    dense: { type: 'boolean', default: false },
    aim: { type: 'string' },
    average: { type: 'string' },
    cache: { type: 'string', default: join(homedir(), '.cache/rag-eval/vectors.bin') },
  },
});
// Below node_modules, so that the bundle finds onnxruntime-node.
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
const out = mkdtempSync(join(root, 'node_modules/.cache/rag-eval-'));
await build({
  entryPoints: [join(root, 'test/eval/main.ts')],
  outfile: join(out, 'main.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['onnxruntime-node'],
  logLevel: 'warning',
});
const { run } = await import(pathToFileURL(join(out, 'main.mjs')).href);
await run({
  root,
  corpora: positionals[0],
  kinds: values.sets.split(','),
  dense: values.dense,
  cache: values.cache,
  ...(values.aim && { aimTokens: Number(values.aim) }),
  ...(values.average && { average: Number(values.average) }),
});
rmSync(out, { recursive: true });
