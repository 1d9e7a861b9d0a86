import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEvidence } from './evidence.ts';
import { openFolder, withVariable } from './folder.ts';
import { planInit } from './init.ts';
import { imageName, type Planned, planned, type StackDeps } from './stack.ts';

export interface UpgradeInput {
  folder: string;
  /** References in a registry; undefined: the images of this version, built here. */
  image?: string | undefined;
  webImage?: string | undefined;
}

/**
 * The files and images of this version in place of those that run: migrations first, which the version before can live with, then one
 * replica after the other. If a step fails, .env names the images of before again, and what serves goes on.
 */
export async function planUpgrade(deps: StackDeps, input: UpgradeInput): Promise<Planned> {
  const path = input.folder;
  const folder = openFolder(path);
  const env = {
    RAG_IMAGE: input.image ?? `${imageName('rag')}:${deps.version}`,
    RAG_WEB_IMAGE:
      input.webImage ??
      input.image?.replace(/([^/:]+)(:[^/:]*)?$/, '$1-web$2') ??
      `${imageName('web')}:${deps.version}`,
  };
  const files = planInit({ root: deps.root, folder: path, version: deps.version, variables: {} });
  const file = join(path, '.env');
  const before = readFileSync(file, 'utf8');
  const after = Object.entries(env).reduce((text, [name, value]) => withVariable(text, name, value), before);
  const named =
    before === after
      ? []
      : [
          {
            title: `name the images of ${deps.version} in .env`,
            zh: `在 .env 中写入 ${deps.version} 的镜像`,
            detail: `write ${file}: ${Object.entries(env)
              .map((pair) => pair.join('='))
              .join(' ')}`,
            do: (runner: StackDeps['runner']) => runner.write(file, after),
            undo: (runner: StackDeps['runner']) => runner.write(file, before),
          },
        ];
  const rest = await planned(deps, path, { env });
  return { ...rest, folder, steps: [...withEvidence([...files, ...named], folder), ...rest.steps] };
}
