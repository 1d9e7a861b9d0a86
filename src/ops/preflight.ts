import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { RagError } from '../errors.ts';
import { formatBytes } from '../units.ts';
import type { Folder } from './folder.ts';
import type { Facts } from './inspect.ts';
import { containersOf } from './state.ts';
import type { Runner } from './step.ts';

/** What would fail half-way is found before anything is begun. Throws RagError('unavailable' | 'refused' | 'config'). Changes nothing. */
export async function preflight(runner: Runner, folder: Folder, facts: Facts): Promise<void> {
  const missing = facts.secrets.filter((file) => !existsSync(file)).map((file) => relative(folder.path, file));
  if (missing.length > 0)
    throw new RagError('config', `${folder.path} has no ${missing.join(', ')}`, {
      ...(missing.some((file) => file.endsWith('tls_key'))
        ? {
            hint: 'the header of compose.prod.yaml says how to come by a certificate; rag stack init makes the others',
            zhHint: 'compose.prod.yaml 开头说明如何取得证书；其余由 rag stack init 生成',
          }
        : {
            hint: 'rag stack init makes what is missing, and leaves what is there',
            zhHint: 'rag stack init 会补上缺少的，已有的保持不变',
          }),
      zh: `${folder.path} 缺少 ${missing.join('、')}`,
    });
  await roomLeft(runner, folder);
  await portsFree(runner, facts);
  await sameMajor(runner, facts);
}

async function roomLeft(runner: Runner, { path, model }: Folder): Promise<void> {
  const root = (await runner.run(['docker', 'info', '--format', '{{.DockerRootDir}}'])).out.trim();
  for (const place of [root, path].filter((candidate) => existsSync(candidate))) {
    const { bavail, bsize } = await statfs(place);
    const free = bavail * bsize;
    if (free < model.free_disk)
      throw new RagError(
        'refused',
        `${place} has ${formatBytes(free)} left, and ${formatBytes(model.free_disk)} are wanted before anything is begun`,
        {
          hint: 'docker system df shows what docker holds, docker image prune frees what is unused; or lower free_disk in rag.stack.yaml',
          zhHint:
            'docker system df 显示 docker 占用的空间，docker image prune 清理无用镜像；或在 rag.stack.yaml 中调低 free_disk',
          zh: `${place} 只剩 ${formatBytes(free)}，至少需要 ${formatBytes(model.free_disk)}`,
        },
      );
  }
}

async function portsFree(runner: Runner, facts: Facts): Promise<void> {
  for (const service of facts.services) {
    if (containersOf(facts, service).some(({ state }) => state === 'running')) continue;
    for (const { address, port } of service.ports) {
      if (await isFree(address, port)) continue;
      const { out } = await runner.run(['docker', 'ps', '--filter', `publish=${port}`, '--format', '{{.Names}}']);
      const holder = out.trim().split('\n')[0];
      throw new RagError(
        'unavailable',
        `${holder ? `the container ${holder}` : 'another program'} has the port ${port} that ${service.name} wants`,
        {
          hint: `set RAG_PORT in ${join(facts.folder, '.env')} to a free one, then: rag stack up`,
          zhHint: `请在 ${join(facts.folder, '.env')} 中把 RAG_PORT 设为空闲端口，然后：rag stack up`,
          zh: `端口 ${port} 已被${holder ? `容器 ${holder}` : '其他程序'}占用`,
        },
      );
    }
  }
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    // An address that is not of this machine is the engine's, elsewhere: it will say so itself.
    server.once('error', (error: NodeJS.ErrnoException) => answer(error.code !== 'EADDRINUSE'));
    server.listen({ port, host: address === '' ? '0.0.0.0' : address, exclusive: true }, () =>
      server.close(() => answer(true)),
    );
  });
}

/** Before a PostgreSQL is let near data: which major version made them? */
async function sameMajor(runner: Runner, facts: Facts): Promise<void> {
  const volume = `${facts.project}_postgres`;
  const service = facts.services.find(({ name }) => name === 'postgres');
  if (service === undefined || !facts.volumes.get(volume) || !facts.images.has(service.image)) return;
  if (containersOf(facts, service).some(({ state }) => state === 'running')) return;
  const [image, label] = await Promise.all([
    majorOf(runner, service.image),
    runner
      .run(['docker', 'volume', 'inspect', '--format', '{{index .Labels "rag.postgres"}}', volume])
      .then(({ out }) => out.trim()),
  ]);
  const made = /^\d+$/.test(label) ? label : await madeBy(runner, service.image, volume);
  if (made === undefined || image === undefined || made === image) return;
  throw new RagError(
    'refused',
    `the volume ${volume} holds data of PostgreSQL ${made}, and ${service.image} is ${image}`,
    {
      hint: `set POSTGRES_IMAGE=postgres:${made} in .env; to move up, restore a backup into a new volume`,
      zhHint: `请在 .env 中设置 POSTGRES_IMAGE=postgres:${made}；要升级，请把备份恢复到新数据卷`,
      zh: `数据卷 ${volume} 属于 PostgreSQL ${made}，而 ${service.image} 是 ${image}`,
    },
  );
}

export async function majorOf(runner: Runner, image: string): Promise<string | undefined> {
  const { out } = await runner.run(
    ['docker', 'image', 'inspect', '--format', '{{range .Config.Env}}{{println .}}{{end}}', image],
    { codes: [0, 1] },
  );
  return /^PG_MAJOR=(\d+)/m.exec(out)?.[1];
}

/** The folder in the volume, for one that was made by hand: `18/docker`, or PG_VERSION of an older layout. */
async function madeBy(runner: Runner, image: string, volume: string): Promise<string | undefined> {
  const look = 'cat /v/PG_VERSION /v/data/PG_VERSION 2>/dev/null || ls /v';
  const argv = [
    'docker',
    'run',
    '--rm',
    '--network',
    'none',
    '--entrypoint',
    'sh',
    '--volume',
    `${volume}:/v:ro`,
    image,
    '-c',
    look,
  ];
  const { out } = await runner.run(argv);
  return out
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .sort((a, b) => Number(b) - Number(a))[0];
}
