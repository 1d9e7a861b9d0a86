// dist/rag.cjs: flag parsing alone, one CommonJS file, because Node's ES module loader costs a third of its start.
// dist/lib/*.js: what commands import when they run, as ES modules that share their chunks. dist/workers/*.js.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const src = join(root, 'src');

/** Leaves a lazy import of ours in place, pointed at dist/lib; notes which modules that makes entry points. */
function lazy(entries) {
  return {
    name: 'lazy',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, (args) => {
        if (args.kind !== 'dynamic-import') return undefined;
        const name = relative(src, resolve(args.resolveDir, args.path)).replace(/\.ts$/, '');
        entries[`lib/${name}`] = join(src, `${name}.ts`);
        return { path: `./lib/${name}.js`, external: true };
      });
    },
  };
}

/** @param {{ minify?: boolean }} options */
export async function bundle({ minify = true } = {}) {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const external = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
  const shared = {
    ...{ absWorkingDir: root, bundle: true, platform: 'node', target: 'node20.19', minify, external },
    ...{ legalComments: 'none', logLevel: 'warning', metafile: true },
  };
  const entries = {
    'workers/prepare': join(src, 'prepare-worker.ts'),
    'workers/ocr': join(src, 'ocr/ppocr/worker.ts'),
    'workers/embed': join(src, 'models/builtin/worker.ts'),
  };
  const launcher = await build({
    ...shared,
    entryPoints: [join(src, 'cli/main.ts')],
    outfile: 'dist/rag.cjs',
    format: 'cjs',
    plugins: [lazy(entries)],
    define: { 'import.meta.url': '__url' },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  });
  const library = await build({
    ...shared,
    entryPoints: entries,
    outdir: 'dist',
    splitting: true,
    format: 'esm',
    chunkNames: 'chunks/[name]-[hash]',
    // Bundled CommonJS packages ask for Node's own modules through `require`.
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  const inputs = [launcher, library].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(root, 'dist/THIRD-PARTY-LICENCES.txt'), licencesOf(root, inputs));
}

/** Chunks are named by content: what earlier builds left would be published with the rest. */
export async function clean() {
  for (const name of ['chunks', 'lib', 'cli', 'workers'])
    await rm(join(root, 'dist', name), { recursive: true, force: true });
}
