import { RagError } from '../errors.ts';
import { type Engine, engineOf } from './engine.ts';
import type { Folder } from './folder.ts';
import type { Runner } from './step.ts';

/** In the order of `rag stack up`. */
export type Stage = 'data' | 'follow' | 'prepare' | 'app' | 'edge' | 'watch';

export interface Service {
  name: string;
  stage: Stage;
  rolling: boolean;
  image: string;
  replicas: number;
  /** What of its description decides whether a container is made anew. */
  hash: string;
  ports: { address: string; port: number; target: number }[];
  after: string[];
}

export interface Container {
  id: string;
  name: string;
  service: string;
  /** running, restarting, exited … */
  state: string;
  /** healthy, unhealthy, starting; none where nothing is checked. */
  health: string;
  exit: number;
  restarts: number;
  hash: string;
  /** Digest of the image it was made from. */
  image: string;
  started: string;
}

/** All that a plan is made from. */
export interface Facts {
  folder: string;
  project: string;
  engine: Engine;
  services: Service[];
  containers: Container[];
  /** Reference → digest of what is here under that name. */
  images: Map<string, string>;
  /** Files that services are given as secrets. */
  secrets: string[];
  /** Names of external volumes, and whether each is there. */
  volumes: Map<string, boolean>;
}

const STAGES = new Set<string>(['data', 'follow', 'prepare', 'app', 'edge', 'watch']);

/** The only step of an operation that reads. Throws RagError as `engineOf` does, and 'config' for compose files that docker refuses. */
export async function inspect(
  runner: Runner,
  { path, project }: Folder,
  env: Record<string, string> = {},
): Promise<Facts> {
  const engine = await engineOf(runner);
  const options = { cwd: path, env };
  const [config, hashes, listed] = await Promise.all([
    runner.run(['docker', 'compose', 'config', '--format', 'json'], options).catch(refused),
    runner.run(['docker', 'compose', 'config', '--hash', '*'], options).catch(refused),
    runner.run(['docker', 'ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`]),
  ]);
  const parsed = JSON.parse(config.out) as ComposeConfig;
  const hash = new Map(hashes.out.split('\n').map((line) => line.split(' ') as [string, string]));
  const services = Object.entries(parsed.services).map(([name, service]) => serviceOf(name, service, hash));
  const ids = listed.out.split('\n').filter(Boolean);
  const references = [...new Set(services.map(({ image }) => image))];
  const volumes = Object.values(parsed.volumes ?? {}).flatMap(({ name, external }) => (external ? [name] : []));
  const [containers, images, there] = await Promise.all([
    ids.length === 0
      ? []
      : runner.run(['docker', 'inspect', ...ids], { codes: [0, 1] }).then(({ out }) => containersOf(out)),
    imagesOf(runner, references),
    runner.run(['docker', 'volume', 'ls', '--quiet']).then(({ out }) => new Set(out.split('\n'))),
  ]);
  return {
    ...{ folder: path, project, engine, services, containers, images },
    secrets: Object.values(parsed.secrets ?? {}).flatMap(({ file }) => (file === undefined ? [] : [file])),
    volumes: new Map(volumes.map((name) => [name, there.has(name)])),
  };
}

interface ComposeConfig {
  services: Record<string, ComposeService>;
  volumes?: Record<string, { name: string; external?: boolean }>;
  secrets?: Record<string, { file?: string }>;
}

interface ComposeService {
  image: string;
  scale?: number;
  deploy?: { replicas?: number };
  labels?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  ports?: { host_ip?: string; published?: string; target?: number }[];
}

function serviceOf(name: string, service: ComposeService, hash: Map<string, string>): Service {
  const stage = service.labels?.['rag.stage'] ?? 'app';
  return {
    name,
    stage: (STAGES.has(stage) ? stage : 'app') as Stage,
    rolling: service.labels?.['rag.replace'] === 'rolling',
    image: service.image,
    replicas: Number(service.scale ?? service.deploy?.replicas ?? 1),
    hash: hash.get(name) ?? '',
    ports: (service.ports ?? []).flatMap(({ host_ip: address = '0.0.0.0', published, target = 0 }) =>
      published === undefined ? [] : [{ address, port: Number(published), target }],
    ),
    after: Object.keys(service.depends_on ?? {}),
  };
}

interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  RestartCount: number;
  State: { Status: string; ExitCode: number; StartedAt: string; Health?: { Status: string } };
  Config: { Labels: Record<string, string> };
}

function containersOf(out: string): Container[] {
  return (JSON.parse(out) as Inspected[])
    .filter(({ Config }) => Config.Labels['com.docker.compose.oneoff'] !== 'True')
    .map(({ Id, Name, Image, RestartCount, State, Config: { Labels } }) => ({
      ...{ id: Id, name: Name.replace(/^\//, ''), service: Labels['com.docker.compose.service'] ?? '', image: Image },
      ...{
        state: State.Status,
        health: State.Health?.Status ?? 'none',
        exit: State.ExitCode,
        started: State.StartedAt,
      },
      ...{ restarts: RestartCount, hash: Labels['com.docker.compose.config-hash'] ?? '' },
    }));
}

async function imagesOf(runner: Runner, references: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await Promise.all(
    references.map(async (reference) => {
      const { code, out } = await runner.run(['docker', 'image', 'inspect', '--format', '{{.Id}}', reference], {
        codes: [0, 1],
      });
      if (code === 0) found.set(reference, out.trim());
    }),
  );
  return found;
}

function refused(error: unknown): never {
  if (!(error instanceof RagError)) throw error;
  const said = String(error.details?.err ?? '')
    .trim()
    .split('\n')
    .at(-1);
  throw new RagError('config', `docker compose refuses the files: ${said}`, {
    hint: 'docker compose config -q in that folder says it again; rag stack init writes files that are missing',
    zhHint: '在该文件夹中运行 docker compose config -q 可再次查看；缺少的文件由 rag stack init 写出',
    zh: `docker compose 拒绝这些文件：${said}`,
    cause: error,
  });
}
