// Everything `npm run build` makes in dist/: the model's derived files, the dictionary's table, the bundle, the web page, the code cache.
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, clean } from './bundle.mjs';
import { buildGloss, hasGloss } from './gloss.mjs';
import { newest } from './ready.mjs';
import { warm } from './warm.mjs';
import { buildModels } from './weights.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

// `--bundle`: the code alone, a second, for tests; beside a running build of the same code it changes nothing.
const full = !process.argv.includes('--bundle');
if (full) {
  console.log(`model: ${await buildModels(root)}`);
  console.log(`dictionary: ${relativeTo(await buildGloss(root))}`);
  await clean();
}
// The table of an older form is of no use to this code.
if (!hasGloss(root)) await buildGloss(root);
await bundle({ minify: !process.argv.includes('--readable') });
console.log('bundle: built');
const page = join(root, 'dist/web/index.html');
if (full || !existsSync(page) || statSync(page).mtimeMs < newest(join(root, 'src/web'))) {
  const { buildPage } = await import('./page.mjs');
  await buildPage(root);
  console.log('page: built');
}
if (full) console.log(`search.cache: ${await warm(root)} bytes`);

function relativeTo(path) {
  return path.startsWith(root) ? path.slice(root.length + 1) : path;
}
