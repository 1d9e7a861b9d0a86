// `npm run docs`: writes .env.example, templates/rag.yaml, the READMEs' tables and the page's types of the API from the schemas.
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const outfile = join(root, 'dist/docs.mjs');
await build({
  entryPoints: [join(root, 'src/build/docs.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
});
const { writeGenerated } = await import(pathToFileURL(outfile).href);
writeGenerated(root);
await rm(outfile);
