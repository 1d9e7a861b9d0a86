import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedisServer {
  url: string;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of the test's own, which it may kill; needs `redis-server` on this machine. */
export async function redisServer(...options: string[]): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'rag-redis-'));
  const port = await freePort();
  let child: ChildProcess;
  async function start(): Promise<void> {
    child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', ...options],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((ready, failed) => {
      child.on('error', failed);
      child.stdout!.on('data', (text: Buffer) => {
        if (/Ready to accept connections/.test(String(text))) ready();
      });
    });
  }
  async function kill(): Promise<void> {
    const closed = new Promise((done) => child.on('close', done));
    child.kill('SIGKILL');
    await closed;
  }
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    async stop() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
