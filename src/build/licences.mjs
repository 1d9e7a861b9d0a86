// What the bundle contains of others, each with its licence: their terms ask for it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root folder of package.json
 * @param {string[]} inputs files that went into the bundle, as esbuild's metafile names them
 */
export function licencesOf(root, inputs) {
  const folders = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.replaceAll('\\', '/'))?.[0] ?? []),
  );
  const notices = [...folders].sort().map((folder) => {
    const dir = join(root, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const file = readdirSync(dir).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text =
      file && existsSync(join(dir, file))
        ? readFileSync(join(dir, file), 'utf8').trim()
        : '(no licence file in the package)';
    return `${name} ${version} (${license ?? 'licence not declared'})\n\n${text}\n`;
  });
  return `This program contains the following packages.\n\n${notices.join(`\n${'-'.repeat(78)}\n\n`)}`;
}
