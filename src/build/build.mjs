// Everything `npm run build` makes in dist/: the model's derived files, the dictionary's table, the bundle.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, clean } from './bundle.mjs';
import { buildGloss } from './gloss.mjs';
import { buildModels } from './weights.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

// `--bundle`: the code alone, a second, for tests; beside a running build of the same code it changes nothing.
if (!process.argv.includes('--bundle')) {
  console.log(`model: ${await buildModels(root)}`);
  console.log(`dictionary: ${relativeTo(await buildGloss(root))}`);
  await clean();
}
await bundle({ minify: !process.argv.includes('--readable') });
console.log('bundle: built');

function relativeTo(path) {
  return path.startsWith(root) ? path.slice(root.length + 1) : path;
}
