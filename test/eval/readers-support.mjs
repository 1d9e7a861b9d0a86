// Bundles the readers for plain Node and reads files with them, each with a time limit.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const corpora = path.resolve(root, process.env.RAG_CORPORA ?? '../shared/corpora');

/** `{ sniff, readerFor, unsupportedReason, decode, detectEncoding }` compiled from source. */
export const loadReaders = async () => importReaders(await bundleReaders());

/** Compiles the readers into a folder that goes when the process ends. */
export async function bundleReaders() {
  const outdir = mkdtempSync(path.join(root, 'node_modules', '.readers-'));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  await build({
    entryPoints: ['sniff', 'table', 'unsupported', 'decode'].map((name) => path.join(root, `src/readers/${name}.ts`)),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@hyzyla/pdfium'],
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  return outdir;
}

export async function importReaders(folder) {
  const names = ['sniff', 'table', 'unsupported', 'decode'];
  const modules = names.map((name) => import(pathToFileURL(path.join(folder, `${name}.js`)).href));
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** Reads one file. `code` is `ok`, `partial:CODE`, a problem's code, or `BUG` for any other exception. */
export async function readOne(readers, bytes, name, password) {
  const started = performance.now();
  const type = readers.sniff(bytes, name);
  const result = { type, code: 'ok', reason: '', text: '', sections: [], ms: 0 };
  const partials = [];
  try {
    const read = await readers.readerFor(type);
    for await (const section of read(bytes, {
      name,
      ...(password ? { password } : {}),
      partial: (problem) => partials.push(problem),
    }))
      result.sections.push(section);
  } catch (error) {
    if (error.name === 'ReadError') Object.assign(result, { code: error.problem.code, reason: error.problem.reason });
    else Object.assign(result, { code: 'BUG', reason: String(error.stack) });
  }
  if (result.code === 'ok' && partials.length > 0)
    Object.assign(result, {
      code: `partial:${partials[0].code}`,
      reason: partials.map((problem) => problem.reason).join('; '),
    });
  result.text = result.sections.map((section) => section.text).join('');
  result.ms = performance.now() - started;
  return result;
}
