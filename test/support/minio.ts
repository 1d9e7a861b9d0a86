import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './redis.ts';

/** An object store of the test's own, which it may kill. `program`: the path of `minio`. */
export async function minioServer(program: string) {
  const dir = mkdtempSync(join(tmpdir(), 'rag-minio-'));
  const port = await freePort();
  const url = `http://testuser:testpassword@127.0.0.1:${port}`;
  let child: ChildProcess;
  async function start(): Promise<void> {
    child = spawn(program, ['server', dir, '--address', `127.0.0.1:${port}`, '--quiet'], {
      env: { PATH: process.env.PATH, HOME: dir, MINIO_ROOT_USER: 'testuser', MINIO_ROOT_PASSWORD: 'testpassword' },
      stdio: 'ignore',
    });
    for (let tries = 0; tries < 200; tries++) {
      const ready = await fetch(`http://127.0.0.1:${port}/minio/health/ready`).catch(() => undefined);
      if (ready?.ok) return;
      await new Promise((soon) => setTimeout(soon, 100));
    }
    throw new Error('minio did not start');
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
