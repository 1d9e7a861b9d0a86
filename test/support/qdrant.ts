import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './redis.ts';

/** A Qdrant of the test's own, which it may kill. `program`: the path of `qdrant`, or of what stands in for it. */
export async function qdrantServer(program: string) {
  const dir = mkdtempSync(join(tmpdir(), 'rag-qdrant-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess;
  async function start(): Promise<void> {
    child = spawn(program, [], {
      ...{ cwd: dir, stdio: 'ignore' },
      env: {
        PATH: process.env.PATH,
        HOME: dir,
        QDRANT__SERVICE__HOST: '127.0.0.1',
        QDRANT__SERVICE__HTTP_PORT: String(port),
      },
    });
    for (let tries = 0; tries < 300; tries++) {
      const ready = await fetch(`${url}/readyz`).catch(() => undefined);
      if (ready?.ok) return;
      await new Promise((soon) => setTimeout(soon, 100));
    }
    throw new Error('Qdrant did not start');
  }
  async function kill(): Promise<void> {
    const closed = new Promise((done) => child.on('close', done));
    child.kill('SIGKILL');
    await closed;
  }
  await start();
  return {
    ...{ url, start, kill },
    async stop() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
