import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, relative, sep } from 'node:path';
import { RagError } from '../errors.ts';

// The context of the image's build: the installed package and those it needs in the server home, for one machine type.

/** Of our own package. dist/search.cache is for the V8 of this machine. */
const OURS = ['package.json', 'LICENSE', 'bin', 'dist', 'models', 'templates', 'compose/probe.mjs', 'compose/web'];
const OURS_NOT = [
  /^models\/cedict-gloss\.json\.gz$/,
  /^models\/[^/]+\/tokenizer(_config)?\.json$/,
  /^dist\/search\.cache$/,
];

/** better-sqlite3 is built for the Node of this machine; the server home never opens it. */
const NOT_NEEDED = new Set(['better-sqlite3']);

/** What of a package is used, where that is far from all of it. */
const USED: Record<string, (arch: string) => RegExp> = {
  'onnxruntime-node': (arch) =>
    new RegExp(`^(package\\.json|dist(/.*)?|lib(/.*)?|bin|bin/napi-v3|bin/napi-v3/linux(/${arch}(/.*)?)?)$`),
  'tesseract.js-core': () => /^(package\.json|tesseract-core-simd-lstm\.(js|wasm))$/,
  '@tesseract.js-data/chi_tra': () => /^(package\.json|index\.js|4\.0\.0_best_int(\/.*)?)$/,
  '@hyzyla/pdfium': () => /^(package\.json|dist|dist\/(index\.cjs|index\.esm\.js|pdfium\.wasm|vendor(\/.*)?))$/,
};
const NEVER = /\.(d\.[cm]?ts|map|md|markdown)$|(^|\/)(test|tests|docs|example|examples)$/i;

/** Docker's names of machine types → Node's. */
const ARCH: Record<string, string> = { amd64: 'x64', arm64: 'arm64' };

/** Fills `folder`/app. `arch`: as `docker version` names it. Throws RagError('unavailable') for a machine type that a package does not carry. */
export async function writeContext(root: string, folder: string, arch: string): Promise<void> {
  const app = join(folder, 'app');
  const nodeArch = ARCH[arch];
  if (nodeArch === undefined)
    throw new RagError('unavailable', `there is no image for ${arch}: only for amd64 and arm64`, {
      zh: `没有 ${arch} 的镜像，只支持 amd64 和 arm64`,
    });
  await mkdir(join(app, 'node_modules'), { recursive: true });
  await cp(join(root, 'compose/Dockerfile'), join(folder, 'Dockerfile'));
  for (const name of OURS)
    await copy(root, join(root, name), join(app, name), (path) => !OURS_NOT.some((not) => not.test(path)));
  for (const [name, from] of packagesOf(root)) {
    const used = USED[name]?.(nodeArch);
    await copy(
      from,
      from,
      join(app, 'node_modules', name),
      (path) =>
        path === '' || (path !== 'node_modules' && !NEVER.test(path) && (used === undefined || used.test(path))),
    );
  }
}

function copy(base: string, from: string, to: string, wanted: (path: string) => boolean): Promise<void> {
  return cp(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => basename(path) !== '.DS_Store' && wanted(relative(base, path).split(sep).join('/')),
  });
}

/** The package's dependencies and theirs, wherever npm put them: name → folder. Optional ones that are not installed are left out. */
function packagesOf(root: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (from: string) => {
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(from, 'package.json'), 'utf8'),
    );
    const places = createRequire(join(from, 'package.json')).resolve.paths('x') ?? [];
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
      if (found.has(name) || NOT_NEEDED.has(name)) continue;
      const folder = places.map((place) => join(place, name)).find((place) => existsSync(join(place, 'package.json')));
      if (folder === undefined) continue;
      found.set(name, folder);
      visit(folder);
    }
  };
  visit(root);
  return found;
}
