import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { RagError } from '../errors.ts';
import { type Ran, type Runner, type RunOptions, shown } from './step.ts';

/** The one home of child processes for operations: argument lists, never a shell. `env` is the environment they see. */
export function openRunner(env: Record<string, string | undefined>): Runner {
  // The folder's own .env decides about the project, whatever is set in this terminal.
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('COMPOSE_')));

  async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const [program, ...words] = argv as [string, ...string[]];
    const { codes = [0], input, shown: visible = false } = options;
    const result = await execa(program, words, {
      ...{ reject: false, extendEnv: false, env: { ...inherited, ...options.env }, stripFinalNewline: true },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(input === undefined ? { stdin: visible ? 'inherit' : 'ignore' } : { input }),
      ...(visible ? { stdout: 'inherit', stderr: 'inherit' } : { maxBuffer: 64 * 2 ** 20 }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal, forceKillAfterDelay: 10_000 }),
    });
    options.signal?.throwIfAborted();
    const ran = { code: result.exitCode ?? -1, out: text(result.stdout), err: text(result.stderr) };
    if (result.exitCode !== undefined && codes.includes(result.exitCode)) return ran;
    const missing = (result.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (missing)
      throw new RagError('unavailable', `${program} is not installed, or not in PATH`, {
        zh: `没有安装 ${program}，或不在 PATH 中`,
        details: { argv, code: 'ENOENT' },
      });
    const why = result.timedOut ? `no end after ${options.timeoutMs} ms` : lastLine(ran.err || ran.out);
    throw new RagError('unavailable', `${shown(argv)} failed (${result.exitCode ?? result.signal}): ${why}`, {
      details: { argv, ...ran },
    });
  }

  return { run, write: writeWhole };
}

const text = (output: unknown): string => (typeof output === 'string' ? output : '');

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}

export async function writeWhole(path: string, content: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
