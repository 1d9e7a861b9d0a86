// dist/web: the page that rag serve shows. Names of its assets carry a hash of their content.
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'vite';
import { licencesOf } from './licences.mjs';

/** @param {string} root folder of package.json */
export async function buildPage(root) {
  // A test that builds on its way must not ship React's slow half.
  process.env.NODE_ENV = 'production';
  const { output } = await build({
    ...{ root: join(root, 'src/web'), configFile: false, logLevel: 'warn', publicDir: false },
    build: {
      outDir: join(root, 'dist/web'),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const inputs = modules.filter((id) => id.startsWith(root)).map((id) => relative(root, id));
  await writeFile(join(root, 'dist/web/THIRD-PARTY-LICENCES.txt'), licencesOf(root, inputs));
}
