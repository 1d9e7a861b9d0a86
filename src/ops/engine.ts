import { RagError } from '../errors.ts';
import { causeOf } from './causes.ts';
import type { Ran, Runner } from './step.ts';

export interface Engine {
  version: string;
  compose: string;
  os: string;
  /** As Docker names it: amd64, arm64. */
  arch: string;
}

/** Health checks with a start interval, `--wait` with one-shots, `run --rm` in projects with profiles: all there from here on. */
const OLDEST_COMPOSE = [2, 30];
const INSTALL = {
  hint: 'install Docker Engine 25 or newer with its Compose plugin: https://docs.docker.com/engine/install/',
  zhHint: '请安装 Docker Engine 25 或更新版本及其 Compose 插件：https://docs.docker.com/engine/install/',
};
const START = {
  hint: 'start it: sudo systemctl start docker; or set DOCKER_HOST',
  zhHint: '请启动它：sudo systemctl start docker；或设置 DOCKER_HOST',
};

/** Throws RagError('unavailable') without docker or its daemon, 'refused' for a Compose that is too old. Changes nothing. */
export async function engineOf(runner: Runner): Promise<Engine> {
  const server = await asked(runner, ['docker', 'version', '--format', '{{json .Server}}']);
  if (server.code !== 0) throw daemonMissing(server.err || server.out);
  const { Version: version, Os: os, Arch: arch } = JSON.parse(server.out) as Record<'Version' | 'Os' | 'Arch', string>;
  const compose = await asked(runner, ['docker', 'compose', 'version', '--short']);
  if (compose.code !== 0) throw await composeMissing(runner);
  const [major = 0, minor = 0] = compose.out
    .trim()
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  if (major < OLDEST_COMPOSE[0]! || (major === OLDEST_COMPOSE[0] && minor < OLDEST_COMPOSE[1]!))
    throw tooOld(compose.out.trim());
  return { version, os, arch, compose: compose.out.trim() };
}

async function asked(runner: Runner, argv: string[]): Promise<Ran> {
  try {
    return await runner.run(argv, { codes: [0, 1, 125], timeoutMs: 20_000 });
  } catch (error) {
    const details = error instanceof RagError ? error.details : undefined;
    if (details?.code === 'ENOENT')
      throw new RagError('unavailable', 'docker is not installed, or not in PATH', {
        ...INSTALL,
        zh: '没有安装 docker，或不在 PATH 中',
        cause: error,
      });
    return { code: -1, out: '', err: (details?.err as string | undefined) || (error as Error).message };
  }
}

function daemonMissing(said: string): RagError {
  const cause = causeOf(said);
  return new RagError('unavailable', cause?.sentence ?? `docker does not answer: ${said.trim().split('\n').at(-1)}`, {
    ...(cause?.cure ?? START),
    zh: cause?.zh ?? 'docker 没有应答',
  });
}

async function composeMissing(runner: Runner): Promise<RagError> {
  const old = await asked(runner, ['docker-compose', 'version', '--short']).catch(() => undefined);
  const version = old?.code === 0 ? old.out.trim() : undefined;
  if (version?.startsWith('1.')) return tooOld(version);
  return new RagError('unavailable', 'docker has no compose plugin', { ...INSTALL, zh: 'docker 没有 compose 插件' });
}

function tooOld(version: string): RagError {
  return new RagError('refused', `Compose ${version} is too old: it must be ${OLDEST_COMPOSE.join('.')} or newer`, {
    ...INSTALL,
    zh: `Compose ${version} 太旧，需要 ${OLDEST_COMPOSE.join('.')} 或更新`,
  });
}
