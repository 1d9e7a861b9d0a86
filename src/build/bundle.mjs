// dist/rag.cjs: flag parsing alone, one CommonJS file, because Node's ES module loader costs a third of its start.
// dist/search.cjs: all of a plain `rag search`, for the same reason.
// dist/lib/*.js: what commands import when they run, as ES modules that share their chunks. dist/workers/*.js.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const src = join(root, 'src');

/** Lazy imports that a plain search needs: they are in its one file. */
const HOT = new Set(['store/sqlite/sqlite', 'models/builtin/builtin', 'models/builtin/gloss']);

/** Leaves a lazy import of ours in place, pointed at dist/lib; notes which modules that makes entry points. */
function lazy(entries, hot = new Set()) {
  return {
    name: 'lazy',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, (args) => {
        if (args.kind !== 'dynamic-import') return undefined;
        const file = resolve(args.resolveDir, args.path);
        const name = relative(src, file).replace(/\.tsx?$/, '');
        if (hot.has(name)) return undefined;
        entries[`lib/${name}`] = file;
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
    'workers/merge': join(src, 'store/sqlite/merge-worker.ts'),
    'workers/password': join(src, 'accounts/password-worker.ts'),
    'workers/embed': join(src, 'models/builtin/worker.ts'),
  };
  const commonJs = {
    ...{ ...shared, format: 'cjs', define: { 'import.meta.url': '__url' } },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  };
  const launcher = await build({
    ...{ ...commonJs, entryPoints: [join(src, 'cli/main.ts')], outfile: 'dist/rag.cjs', plugins: [lazy(entries)] },
  });
  // V8 tells a cache from a foreign one by the length of the source: an old one must not stay beside a new bundle.
  await rm(join(root, 'dist/search.cache'), { force: true });
  const quick = await build({
    ...{ ...commonJs, entryPoints: [join(src, 'cli/quick.ts')], outfile: 'dist/search.cjs' },
    plugins: [lazy(entries, HOT)],
  });
  const library = await build({
    ...shared,
    entryPoints: entries,
    outdir: 'dist',
    splitting: true,
    format: 'esm',
    // Ink's debugger is asked for only where DEV is set.
    external: [...external, 'react-devtools-core'],
    define: {
      'process.env.NODE_ENV': '"production"',
      // Its version is ours to choose, and no matter of whoever starts a server.
      'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
    },
    chunkNames: 'chunks/[name]-[hash]',
    // Bundled CommonJS packages ask for Node's own modules through `require`.
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  // Chunks are named by content: what an earlier build left would be published with the rest.
  const made = new Set(Object.keys(library.metafile.outputs));
  for (const name of await readdir(join(root, 'dist/chunks')))
    if (!made.has(`dist/chunks/${name}`)) await rm(join(root, 'dist/chunks', name));
  const inputs = [launcher, quick, library].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(root, 'dist/THIRD-PARTY-LICENCES.txt'), licencesOf(root, inputs));
}

/** Chunks are named by content: what earlier builds left would be published with the rest. */
export async function clean() {
  for (const name of ['chunks', 'lib', 'cli', 'workers', 'web'])
    await rm(join(root, 'dist', name), { recursive: true, force: true });
}
