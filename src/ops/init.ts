import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { MODEL_FILE, withVariable } from './folder.ts';
import { secretsStep } from './secrets.ts';
import type { Step, Titled } from './step.ts';

export interface InitInput {
  /** The installed package: what is written lies in its compose/ and templates/. */
  root: string;
  folder: string;
  version: string;
  /** Variables of .env that differ from the template. */
  variables: Record<string, string>;
}

/** What the build needs stays in the package; compose.dev.yaml is for this repository. */
const NOT_WRITTEN = new Set(['Dockerfile', 'probe.mjs', 'dev.mjs', 'web', 'compose.dev.yaml']);

/** Which files were written, and with which digest: what a user changed is never written over. */
const WRITTEN = '.written.json';

/** Files that are not there; of those that are, the ones that nobody changed since we wrote them (an upgrade brings new ones). Pure but for reading. */
export function planInit({ root, folder, version, variables }: InitInput): Step[] {
  const before = written(folder);
  const files = new Map([
    ...shipped(join(root, 'compose')).map((path): [string, string] => [
      path,
      readFileSync(join(root, 'compose', path), 'utf8'),
    ]),
    [MODEL_FILE, readFileSync(join(root, 'templates', MODEL_FILE), 'utf8')],
  ] as [string, string][]);
  const steps: Step[] = [];
  const fresh = new Map<string, string>();
  const digests: Record<string, string> = { ...before };
  for (const [path, text] of files) {
    const at = join(folder, path);
    const own = textOf(at);
    const now = own === undefined ? undefined : digestOf(own);
    const digest = digestOf(text);
    if (now === digest) digests[path] = digest;
    else if (now === undefined || now === before[path]) {
      fresh.set(at, text);
      digests[path] = digest;
    } else if (path !== MODEL_FILE && before[path] !== digest && textOf(`${at}.new`) !== text)
      fresh.set(`${at}.new`, text);
  }
  if (fresh.size > 0) steps.push(writeAll(fresh));
  const env = join(folder, '.env');
  if (!existsSync(env))
    steps.push(write({ title: 'write .env', zh: '写入 .env' }, env, envText(root, version, variables), 0o600));
  const secrets = secretsStep(folder);
  if (secrets.detail !== '') steps.push(secrets);
  if (steps.length > 0)
    steps.push(
      write(
        { title: 'note what was written', zh: '记录已写入的内容' },
        join(folder, WRITTEN),
        `${JSON.stringify(digests, null, 2)}\n`,
        0o644,
      ),
    );
  return steps;
}

function envText(root: string, version: string, variables: Record<string, string>): string {
  let text = readFileSync(join(root, 'templates/stack.env'), 'utf8').replaceAll(':0.0.0', `:${version}`);
  for (const [name, value] of Object.entries(variables)) text = withVariable(text, name, value);
  return text;
}

function write(titled: Titled, path: string, text: string, mode: number): Step {
  return { ...titled, detail: `write ${path}`, do: (runner) => runner.write(path, text, mode) };
}

/** What was changed here stays; the new one lies beside it as `.new`. */
function writeAll(files: Map<string, string>): Step {
  return {
    title: `write ${files.size} files`,
    zh: `写入 ${files.size} 个文件`,
    detail: [...files.keys()].map((path) => `write ${path}`).join('\n'),
    async do(runner) {
      for (const [path, text] of files) await runner.write(path, text, 0o644);
    },
  };
}

function shipped(dir: string, below = dir): string[] {
  return readdirSync(below).flatMap((name) => {
    const path = join(below, name);
    if (below === dir && NOT_WRITTEN.has(name)) return [];
    return statSync(path).isDirectory() ? shipped(dir, path) : [relative(dir, path).split(sep).join('/')];
  });
}

function written(folder: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(join(folder, WRITTEN), 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
