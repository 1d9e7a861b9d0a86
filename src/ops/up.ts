import { startHealthy } from './health.ts';
import { type Build, buildStep } from './image.ts';
import type { Container, Facts, Service, Stage } from './inspect.ts';
import { replaceSteps } from './replace.ts';
import { containersOf, isCurrent, isDone, isUp } from './state.ts';
import { command, type Step, type Titled } from './step.ts';

export interface UpOptions {
  /** Seconds. */
  wait: number;
  /** How an image of ours is made: by its reference; others are pulled. */
  builds: Map<string, Build>;
  /** Make our images anew although they are there. */
  rebuild: boolean;
  /** PostgreSQL's major version, for the label of its volume. */
  postgres: string;
}

export const compose = (...words: string[]): string[] => ['docker', 'compose', ...words];

/** What must be done so that all services run as described. Empty: nothing. Pure. */
export function planUp(facts: Facts, options: UpOptions): Step[] {
  const { project, folder: cwd } = facts;
  const images = [...new Set(facts.services.map(({ image }) => image))];
  const stale = (service: Service) => (options.rebuild && options.builds.has(service.image)) || !isDone(facts, service);
  const of = (stage: Stage) => facts.services.filter((service) => service.stage === stage);
  const data = of('data').filter(stale);
  const follow = of('follow').filter(stale);
  const app = of('app').filter(stale);
  const edge = [...of('edge'), ...of('watch')].filter(stale);
  const prepare = data.length + app.length > 0 ? inOrder(of('prepare')) : [];

  return [
    ...images.flatMap((image) => imageStep(facts, image, options)),
    ...[...facts.volumes]
      .filter(([, there]) => !there)
      .map(([name]) =>
        command(
          { title: `make the volume ${name}`, zh: `创建数据卷 ${name}` },
          volumeArgv(project, name, options.postgres),
        ),
      ),
    ...start(facts, data, options),
    ...start(facts, follow, options),
    ...prepare.map(({ name }) =>
      command(
        { title: `run ${name} once`, zh: `运行一次 ${name}` },
        compose('run', '--rm', '--no-deps', '--no-TTY', '--quiet-pull', name),
        { cwd },
      ),
    ),
    ...start(
      facts,
      app.filter((service) => !mustRoll(facts, service, options)),
      options,
    ),
    ...app
      .filter((service) => mustRoll(facts, service, options))
      .flatMap((service) => replaceSteps(facts, service, options.wait)),
    ...start(facts, edge, options),
  ];
}

/** Replicas that serve at this moment are not stopped before others do. */
function mustRoll(facts: Facts, service: Service, { rebuild, builds }: UpOptions): boolean {
  const serving = containersOf(facts, service).filter(isUp);
  const changed = rebuild && builds.has(service.image);
  return (
    service.rolling &&
    serving.length > 0 &&
    (changed || serving.some((container) => !isCurrent(facts, service, container)))
  );
}

/** Compose waits for health, and makes anew what has changed; what is unhealthy as it is, it would only report. */
function start(facts: Facts, services: Service[], { wait }: UpOptions): Step[] {
  if (services.length === 0) return [];
  const { folder: cwd } = facts;
  const names = services.map(({ name }) => name);
  const isSick = ({ state, health }: Container) => state === 'restarting' || health === 'unhealthy';
  const sick = services
    .filter((service) => containersOf(facts, service).some((one) => isSick(one) && isCurrent(facts, service, one)))
    .map(({ name }) => name);
  return [
    ...(sick.length === 0 ? [] : [restartStep(facts, sick)]),
    startHealthy(
      { title: `start ${names.join(', ')}, and wait until healthy`, zh: `启动 ${names.join('、')}，等待其健康` },
      compose('up', '--detach', '--no-deps', '--quiet-pull', '--wait', '--wait-timeout', String(wait)),
      ...([names, cwd] as const),
    ),
  ];
}

export function restartStep({ folder: cwd }: Pick<Facts, 'folder'>, names: string[]): Step {
  const titled = { title: `restart ${names.join(', ')}`, zh: `重启 ${names.join('、')}` };
  return command(titled, compose('restart', ...names), { cwd });
}

/** Containers and networks go; volumes stay. */
export function stopStep({ folder: cwd }: Pick<Facts, 'folder'>, titled: Titled): Step {
  return command(titled, compose('down', '--remove-orphans'), { cwd });
}

export function pullStep(image: string): Step {
  return command({ title: `pull ${image}`, zh: `拉取 ${image}` }, ['docker', 'pull', '--quiet', image]);
}

function imageStep(facts: Facts, image: string, { builds, rebuild }: UpOptions): Step[] {
  const build = builds.get(image);
  if (facts.images.has(image) && !(rebuild && build)) return [];
  return [build ? buildStep(build) : pullStep(image)];
}

/** Labels say whose it is, and for PostgreSQL which major version made it: an image of another one is not let near it. */
export function volumeArgv(project: string, name: string, postgres: string): string[] {
  const major = name === `${project}_postgres` ? ['--label', `rag.postgres=${postgres}`] : [];
  return ['docker', 'volume', 'create', '--label', `rag.project=${project}`, ...major, name];
}

/** What others wait for comes first. */
function inOrder(services: Service[]): Service[] {
  const sorted: Service[] = [];
  const visit = (service: Service) => {
    if (sorted.includes(service)) return;
    for (const before of services) if (service.after.includes(before.name)) visit(before);
    sorted.push(service);
  };
  services.forEach(visit);
  return sorted;
}
