import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RagError } from '../errors.ts';
import { openFolder, withVariable } from '../ops/folder.ts';
import { lockImages } from '../ops/imagelock.ts';
import { planInit } from '../ops/init.ts';
import { inspect } from '../ops/inspect.ts';
import { addressOf, carryOut, type Planned, planned, type StackDeps } from '../ops/stack.ts';
import { apply, type Step } from '../ops/step.ts';
import { planUpgrade } from '../ops/upgrade.ts';
import { version } from '../version.ts';
import type { Invocation, Outcome } from './app.ts';
import { prove, signIn, untilOpen } from './proving.ts';
import { agreed, depsOf, folderOf, type Planning, shownPlan } from './stack-plan.ts';
import { stackWords } from './stack-words.ts';

interface Init extends Planning {
  port?: number;
  name?: string;
  bind?: string;
}

export async function init(run: Invocation, options: Init, given?: string): Promise<Outcome> {
  const folder = resolve(run.app.cwd, given ?? options.dir ?? '.');
  const { runner, root } = depsOf(run);
  const variables = {
    ...(options.port === undefined ? {} : { RAG_PORT: String(options.port) }),
    ...(options.name === undefined ? {} : { COMPOSE_PROJECT_NAME: projectName(options.name) }),
    ...(options.bind === undefined ? {} : { RAG_BIND: options.bind }),
  };
  const steps = planInit({ root, folder, version: version(), variables });
  if (options.plan) return shownPlan(run, steps);
  await apply(steps, runner, run.io);
  const words = stackWords(run.lang);
  return {
    result: { folder, steps: steps.map(({ title }) => title) },
    text: steps.length === 0 ? words.complete(folder) : words.wrote(folder),
  };
}

function projectName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name)) return name;
  throw new RagError('usage', `${name} is no name for a stack: small letters, digits, - and _`, {
    zh: `${name} 不能用作 stack 名称`,
  });
}

interface Up extends Planning {
  profile?: string[];
  rebuild?: boolean;
}

export async function up(run: Invocation, options: Up): Promise<Outcome> {
  const started = performance.now();
  const deps = depsOf(run);
  const path = folderOf(run, options);
  const env = options.profile === undefined ? undefined : withProfiles(path, options.profile);
  const plan = await planned(deps, path, { rebuild: options.rebuild === true, ...(env ? { env } : {}) });
  if (env) plan.steps.unshift(variables(path, env));
  if (options.plan) return shownPlan(run, plan.steps);
  await agreed(run, plan.steps);
  await carryOut(deps, plan, 'stack up', run.io);
  return finished(run, deps, plan, started);
}

/** After the last step: is it what a user needs? And which images it is made of. */
async function finished(
  run: Invocation,
  deps: StackDeps,
  { folder, facts, steps }: Planned,
  started: number,
): Promise<Outcome> {
  const url = addressOf(folder, facts);
  const admin = { user: folder.env.ADMIN_USER || 'admin', passwordFile: join(folder.path, 'secrets/admin_password') };
  await untilOpen(url, run.io.signal);
  const proof =
    steps.length > 0 && folder.model.prove
      ? await proven(run, url, admin, !facts.volumes.get(`${facts.project}_postgres`))
      : undefined;
  if (steps.length > 0) await lockImages(deps.runner, await inspect(deps.runner, openFolder(folder.path)));
  const words = stackWords(run.lang);
  const seconds = Math.round(performance.now() - started) / 1000;
  return {
    result: { url, changed: steps.map(({ title }) => title), seconds, ...(proof ? { proof } : {}), admin },
    text: [
      ...(steps.length === 0 ? [words.nothing] : []),
      words.up(url, proof?.seconds),
      words.admin(admin.user, admin.passwordFile),
    ].join('\n'),
  };
}

/** With RAG_API_KEY if it is set, else as the first admin; not at all where neither opens the door. */
async function proven(run: Invocation, url: string, admin: { user: string; passwordFile: string }, fresh: boolean) {
  const { values } = await run.config();
  const password = readFileSync(admin.passwordFile, 'utf8').trim();
  const key = values.RAG_API_KEY?.reveal() ?? (await signIn(url, admin.user, password, run.io.signal));
  if (key !== undefined) return prove(url, key, run.lang, run.io);
  const message = stackWords(run.lang).unproven(admin.user);
  // Data that were made just now have no user but the one of secrets/.
  if (fresh) throw new RagError('verify', message, { hint: 'rag stack logs api', zh: message });
  run.io.report({ type: 'warn', message });
  return undefined;
}

function withProfiles(path: string, profiles: string[]): Record<string, string> {
  const { files } = openFolder(path);
  for (const profile of profiles) {
    const file = `compose.${profile}.yaml`;
    if (!existsSync(join(path, file)))
      throw new RagError('not_found', `there is no ${file} in ${path}`, {
        hint: 'rag stack init writes it; profiles are prod and observability',
        zhHint: 'rag stack init 会写出它；profile 有 prod 和 observability',
        zh: `${path} 中没有 ${file}`,
      });
    if (!files.includes(file)) files.push(file);
  }
  return { COMPOSE_FILE: files.join(':') };
}

function variables(path: string, env: Record<string, string>): Step {
  const file = join(path, '.env');
  const text = Object.entries(env).reduce(
    (before, [name, value]) => withVariable(before, name, value),
    readFileSync(file, 'utf8'),
  );
  return {
    title: 'note it in .env',
    zh: '记入 .env',
    detail: `write ${file}: ${Object.entries(env)
      .map((pair) => pair.join('='))
      .join(' ')}`,
    do: (runner) => runner.write(file, text),
  };
}

export async function upgrade(
  run: Invocation,
  options: Planning & { image?: string; webImage?: string },
): Promise<Outcome> {
  const started = performance.now();
  const deps = depsOf(run);
  const { image, webImage } = options;
  const plan = await planUpgrade(deps, { folder: folderOf(run, options), image, webImage });
  if (options.plan) return shownPlan(run, plan.steps);
  await agreed(run, plan.steps);
  await carryOut(deps, plan, 'stack upgrade', run.io);
  return finished(run, deps, plan, started);
}
