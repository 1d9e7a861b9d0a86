import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeContext } from './context.ts';
import { type Step, shown } from './step.ts';

export interface Build {
  /** The installed package. */
  root: string;
  version: string;
  /** `rag`: the four processes; `web`: the page. */
  target: 'rag' | 'web';
  tag: string;
  arch: string;
  nodeImage: string;
  nginxImage: string;
}

/** Without a network: all that goes in is in the installed package, and the images it stands on are there. */
export function buildArgv(build: Build, folder: string): string[] {
  return [
    ...['docker', 'build', '--quiet', '--network', 'none', '--target', build.target, '--tag', build.tag],
    ...['--build-arg', `NODE_IMAGE=${build.nodeImage}`, '--build-arg', `NGINX_IMAGE=${build.nginxImage}`],
    ...[
      '--label',
      `org.opencontainers.image.version=${build.version}`,
      '--label',
      'org.opencontainers.image.title=multi-model-rag',
    ],
    folder,
  ];
}

export function buildStep(build: Build): Step {
  return {
    title: `build ${build.tag} from the installed package`,
    zh: `用已安装的软件包构建 ${build.tag}`,
    detail: shown(buildArgv(build, 'CONTEXT')),
    async do(runner, io) {
      const folder = await mkdtemp(join(tmpdir(), 'rag-image-'));
      try {
        await writeContext(build.root, folder, build.arch);
        await runner.run(buildArgv(build, folder), { signal: io.signal });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
