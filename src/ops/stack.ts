import { join } from 'node:path';
import { RagError } from '../errors.ts';
import type { Io } from '../types.ts';
import { withEvidence } from './evidence.ts';
import { type Folder, openFolder, withVariable } from './folder.ts';
import { startHealthy } from './health.ts';
import type { Build } from './image.ts';
import { type Facts, inspect } from './inspect.ts';
import { locked } from './lock.ts';
import { majorOf, preflight } from './preflight.ts';
import { apply, type Runner, type Step, type Titled } from './step.ts';
import { compose, planUp, restartStep, stopStep } from './up.ts';

export interface StackDeps {
  runner: Runner;
  /** The installed package, from which images are built. */
  root: string;
  version: string;
}

export interface Planned {
  folder: Folder;
  facts: Facts;
  steps: Step[];
}

export interface PlanOptions {
  /** Make our images anew although they are there. */
  rebuild?: boolean;
  /** Variables that are about to be written into .env. */
  env?: Record<string, string>;
}

/** What `rag stack up` would do: reads, and checks what would fail half-way; changes nothing. */
export async function planned(deps: StackDeps, path: string, options: PlanOptions = {}): Promise<Planned> {
  const { rebuild = false, env = {} } = options;
  const opened = openFolder(path);
  const folder = { ...opened, env: { ...opened.env, ...env } };
  const facts = await inspect(deps.runner, folder, env);
  const postgres = facts.services.find(({ name }) => name === 'postgres')?.image;
  const about = {
    ...{ wait: folder.model.wait, rebuild, builds: buildsOf(deps, folder, facts) },
    postgres: (postgres && ((await majorOf(deps.runner, postgres)) ?? /:(\d+)/.exec(postgres)?.[1])) || '',
  };
  const steps = planUp(facts, about);
  if (steps.length > 0) await preflight(deps.runner, folder, facts);
  return { folder, facts, steps: withEvidence(steps, folder) };
}

/** Our own images, unless .env names a registry's. */
function buildsOf({ root, version }: StackDeps, { env }: Folder, { engine }: Facts): Map<string, Build> {
  const about = {
    root,
    version,
    arch: engine.arch,
    nodeImage: env.NODE_IMAGE || 'node:22-bookworm-slim',
    nginxImage: env.NGINX_IMAGE || 'nginx:1.29-alpine',
  };
  return new Map(
    (['rag', 'web'] as const).flatMap((target): [string, Build][] => {
      const tag = env[target === 'rag' ? 'RAG_IMAGE' : 'RAG_WEB_IMAGE'];
      return tag === `${imageName(target)}:${version}` ? [[tag, { ...about, target, tag }]] : [];
    }),
  );
}

export const imageName = (target: 'rag' | 'web') => (target === 'rag' ? 'multi-model-rag' : 'multi-model-rag-web');

/** Images that ours stand on and that are not here. */
export async function missingBases(runner: Runner, builds: Iterable<Build>): Promise<string[]> {
  const missing = new Set<string>();
  for (const build of builds) {
    const base = build.target === 'rag' ? build.nodeImage : build.nginxImage;
    const { code } = await runner.run(['docker', 'image', 'inspect', '--format', '{{.Id}}', base], { codes: [0, 1] });
    if (code !== 0) missing.add(base);
  }
  return [...missing];
}

/** Applies a plan with the folder locked. */
export async function carryOut({ runner }: StackDeps, { folder, steps }: Planned, verb: string, io: Io): Promise<void> {
  if (steps.length > 0) await locked(folder.path, verb, () => apply(steps, runner, io));
}

/** The port of nginx with TLS, inside. */
const TLS_PORT = 8443;

const doors = ({ services }: Facts) => services.filter(({ stage }) => stage === 'edge').flatMap(({ ports }) => ports);

/** Where visitors are shown a certificate. */
export const secureDoor = (facts: Facts) => doors(facts).find(({ target }) => target === TLS_PORT);

/** Where the stack is reached: RAG_URL in .env, which a certificate needs, else nginx's port on this machine. */
export function addressOf({ env }: Folder, facts: Facts): string {
  if (env.RAG_URL) return env.RAG_URL.replace(/\/+$/, '');
  const secure = secureDoor(facts);
  const { address, port } = secure ?? doors(facts)[0] ?? { address: '127.0.0.1', port: 8080 };
  const local = ['0.0.0.0', '', '::', '127.0.0.1'].includes(address);
  // Certificates are made out to names.
  const host = local ? (secure ? 'localhost' : '127.0.0.1') : address;
  return `${secure ? 'https' : 'http'}://${host}:${port}`;
}

/** down: containers and networks go, volumes stay. */
export function planDown(folder: Folder): Step[] {
  return [stopStep({ folder: folder.path }, { title: 'stop everything; data stay', zh: '停止全部服务；数据保留' })];
}

export function planRestart(folder: Folder, services: string[], facts: Facts): Step[] {
  const known = facts.services.filter(({ stage }) => stage !== 'prepare').map(({ name }) => name);
  const names = services.length === 0 ? known : services;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) throw unknownService(wrong, known);
  return [restartStep(facts, names), healthy(folder, { title: 'wait until healthy', zh: '等待健康' }, names)];
}

const REPLICAS: Record<string, string> = { api: 'API_REPLICAS', worker: 'WORKER_REPLICAS' };

/** `api=3`: noted in .env, so that plain `docker compose up` keeps it, then done. */
export function planScale(folder: Folder, facts: Facts, wanted: Record<string, number>, env: string): Step[] {
  let text = env;
  for (const [name, count] of Object.entries(wanted)) {
    if (!facts.services.some((service) => service.name === name))
      throw unknownService(
        name,
        facts.services.map((service) => service.name),
      );
    const variable = REPLICAS[name];
    if (variable === undefined)
      throw new RagError('refused', `${name} is one: only ${Object.keys(REPLICAS).join(' and ')} can be many`, {
        hint: 'rag stack scale api=3',
        zh: `${name} 只能有一个；可扩展的只有 ${Object.keys(REPLICAS).join('、')}`,
      });
    text = withVariable(text, variable, String(count));
  }
  const names = Object.keys(wanted);
  const counts = names.map((name) => `${wanted[name]} ${name}`);
  const path = join(folder.path, '.env');
  return [
    {
      title: 'note it in .env',
      zh: '记入 .env',
      detail: `write ${path}: ${names.map((name) => `${REPLICAS[name]}=${wanted[name]}`).join(' ')}`,
      do: (runner) => runner.write(path, text),
    },
    healthy(folder, { title: `run ${counts.join(', ')}`, zh: `运行 ${counts.join('、')}` }, names),
  ];
}

/** What runs stays as it is; what is missing comes. */
function healthy({ path: cwd, model }: Folder, titled: Titled, names: string[]): Step {
  const waiting = ['--wait', '--wait-timeout', String(model.wait)];
  return startHealthy(titled, compose('up', '--detach', '--no-deps', '--no-recreate', ...waiting), names, cwd);
}

export function unknownService(name: string, known: string[]): RagError {
  return new RagError('not_found', `there is no service ${name}`, {
    hint: `there are ${known.join(', ')}`,
    zhHint: `现有：${known.join('、')}`,
    zh: `没有服务 ${name}`,
  });
}
