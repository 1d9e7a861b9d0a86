// Everything `npm run build` makes in dist/: the model's derived files, the dictionary's table, the bundle.
import { chmod, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildGloss } from './gloss.mjs';
import { buildModels } from './weights.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The bundle alone: a second, for tests. */
export async function bundle() {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: root,
    entryPoints: {
      'cli/main': 'src/cli/main.ts',
      'workers/prepare': 'src/prepare-worker.ts',
      'workers/embed': 'src/models/builtin/worker.ts',
    },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    legalComments: 'none',
    chunkNames: 'chunks/[name]-[hash]',
    external: [...Object.keys(dependencies), ...Object.keys(optionalDependencies)],
    // Bundled CommonJS packages ask for Node's own modules through `require`.
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bundleOnly = process.argv.includes('--bundle');
  // Chunks are named by content: what an earlier build left would be published with the rest.
  if (!bundleOnly) await rm(join(root, 'dist/chunks'), { recursive: true, force: true });
  if (!bundleOnly) console.log(`model: ${await buildModels(root)}`);
  if (!bundleOnly) console.log(`dictionary: ${await buildGloss(root)}`);
  await bundle();
  await chmod(join(root, 'bin/rag.js'), 0o755);
  console.log('bundle: built');
}
