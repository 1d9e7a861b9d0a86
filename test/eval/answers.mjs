// Extractive answers on a question set: `node test/eval/answers.mjs HOME SET_DIR [LIMIT]`; HOME holds SET_DIR/docs, ingested.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Below node_modules, so that the bundle finds the native packages.
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
const out = mkdtempSync(join(root, 'node_modules/.cache/rag-answers-'));
try {
  await build({
    entryPoints: [join(root, 'test/eval/answers.ts')],
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['better-sqlite3', 'onnxruntime-node', '@hyzyla/pdfium'],
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  await import(pathToFileURL(join(out, 'answers.js')).href);
} finally {
  rmSync(out, { recursive: true, force: true });
}
