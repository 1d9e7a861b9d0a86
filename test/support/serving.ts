import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface Serving {
  url: string;
  token: string;
  pid: number;
  /** What it wrote to its log so far. */
  log(): string;
  /** Sends SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** `rag serve` as a process of its own, on a free port. */
export async function serving(cwd: string, env: Record<string, string> = {}, ...args: string[]): Promise<Serving> {
  const child = spawn(process.execPath, [resolve('bin/rag.js'), 'serve', '--port', '0', '--json', ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9', ...env },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const closed = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
  const line = await new Promise<string>((listening, failed) => {
    child.stdout.setEncoding('utf8').once('data', listening);
    void closed.then((code) => failed(new Error(`rag serve left with ${code}: ${log}`)));
  });
  const { url, token = env.RAG_TOKEN! } = JSON.parse(line) as { url: string; token?: string };
  return {
    ...{ url, token, pid: child.pid!, log: () => log },
    stop() {
      child.kill('SIGTERM');
      return closed;
    },
  };
}
