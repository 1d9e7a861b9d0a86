import { spawn } from 'node:child_process';

export interface Finished {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

/** Runs `bin/rag.js` as its users do; `killAfterMs`: SIGKILL at that moment. */
export function command(cwd: string, args: string[], killAfterMs?: number): Promise<Finished> {
  const env: NodeJS.ProcessEnv = { ...process.env, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9' };
  delete env.NODE_EXTRA_CA_CERTS;
  const child = spawn(process.execPath, [`${import.meta.dirname}/../../bin/rag.js`, ...args], { cwd, env });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part;
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
}
