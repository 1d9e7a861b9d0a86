import { execFile } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort, ownFolder } from './own-server.ts';

const run = promisify(execFile);

const { RAG_TEST_DOCKER } = process.env;
const engine = RAG_TEST_DOCKER === undefined ? {} : { DOCKER_HOST: RAG_TEST_DOCKER };

export interface Said {
  code: number;
  out: string;
  err: string;
}

/** A program with our environment, whatever it leaves with. */
export async function program(argv: string[], cwd: string, env: Record<string, string> = {}): Promise<Said> {
  const [file, ...words] = argv as [string, ...string[]];
  try {
    const { stdout, stderr } = await run(file, words, {
      cwd,
      env: { ...process.env, ...engine, ...env },
      maxBuffer: 2 ** 26,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : -1, out: stdout, err: stderr };
  }
}

export const docker = async (cwd: string, ...words: string[]): Promise<string> => {
  const { code, out, err } = await program(['docker', ...words], cwd);
  if (code !== 0) throw new Error(`docker ${words.join(' ')}: ${err || out}`);
  return out.trim();
};

export interface Stack {
  folder: string;
  name: string;
  url: string;
  port: number;
  rag(...words: string[]): Promise<Said>;
  docker(...words: string[]): Promise<string>;
  secret(name: string): string;
  /** Bearer of the first admin. */
  token(): Promise<string>;
  /** Process ids on this machine of a service's containers. */
  pids(service: string): Promise<number[]>;
  /** Containers, networks, volumes, folder: nothing is left. */
  end(): Promise<void>;
}

/** Images of ours that are older than the code under test are made anew by the next `up`. */
async function dropStaleImages(folder: string): Promise<void> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const built = statSync('dist/rag.cjs').mtimeMs;
  for (const name of ['multi-model-rag', 'multi-model-rag-web']) {
    const image = `${name}:${version}`;
    const { code, out } = await program(['docker', 'image', 'inspect', '--format', '{{.Created}}', image], folder);
    if (code === 0 && Date.parse(out) < built) await program(['docker', 'image', 'rm', '--force', image], folder);
  }
}

/** A folder that `rag stack init` wrote, with a name and a port of its own. */
export async function stack(): Promise<Stack> {
  const folder = ownFolder('stack');
  const name = `rag-test-${folder.slice(-6).toLowerCase()}`;
  const port = await freePort();
  const rag = (...words: string[]) => program([process.execPath, resolve('bin/rag.js'), ...words], folder);
  const made = await rag('stack', 'init', '--name', name, '--port', String(port));
  if (made.code !== 0) throw new Error(made.err);
  await dropStaleImages(folder);
  const url = `http://127.0.0.1:${port}`;
  const secret = (which: string) => readFileSync(join(folder, 'secrets', which), 'utf8').trim();
  let token: Promise<string> | undefined;

  async function signIn(): Promise<string> {
    const body = JSON.stringify({ name: 'admin', password: secret('admin_password') });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`signing in: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { access: string }).access;
  }

  return {
    ...{ folder, name, url, port, rag, secret },
    docker: (...words) => docker(folder, ...words),
    token: () => (token ??= signIn()),
    async pids(service) {
      const ids = (await docker(folder, 'compose', 'ps', '--quiet', service)).split('\n');
      const pids = await docker(folder, 'inspect', '--format', '{{.State.Pid}}', ...ids);
      return pids.split('\n').map(Number);
    },
    async end() {
      await program(['docker', 'compose', 'down', '--remove-orphans', '--timeout', '5'], folder);
      const volumes = (await docker(folder, 'volume', 'ls', '--quiet', '--filter', `name=^${name}_`))
        .split('\n')
        .filter(Boolean);
      if (volumes.length > 0) await docker(folder, 'volume', 'rm', ...volumes);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
