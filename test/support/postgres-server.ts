import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './redis.ts';

export interface PostgresServer {
  url: string;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** A streaming replica of it. */
  replica(): Promise<PostgresServer>;
}

/** It refuses to run as root: then the user `postgres` runs it. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A PostgreSQL of the test's own, which it may kill. `bin`: the folder of `initdb` and `postgres`. */
export async function postgresServer(bin: string): Promise<PostgresServer> {
  const data = ownFolder();
  execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8'], {
    ...owner(),
    stdio: 'ignore',
  });
  return serverIn(bin, data);
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rag-postgres-'));
  const { uid, gid } = owner();
  if (uid !== undefined) chownSync(folder, uid, gid!);
  return folder;
}

async function serverIn(bin: string, data: string): Promise<PostgresServer> {
  const port = await freePort();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  let child: ChildProcess;
  let closed: Promise<unknown>;
  function begin(): void {
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'];
    child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-k', data, ...settings], {
      ...owner(),
      stdio: 'ignore',
    });
    closed = new Promise((done) => child.on('close', done));
  }
  async function start(): Promise<void> {
    begin();
    for (let tries = 0; tries < 300; tries++) {
      // What is left of the one before may hold its memory for a moment.
      if (child.exitCode !== null) begin();
      const client = new pg.Client({ connectionString: url });
      const connected = await client.connect().then(
        () => true,
        () => false,
      );
      await client.end().catch(() => {});
      if (connected) return;
      await new Promise((soon) => setTimeout(soon, 100));
    }
    throw new Error('PostgreSQL did not start');
  }
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await closed;
  }
  await start();
  return {
    ...{ url, start, kill },
    async stop() {
      child.kill('SIGQUIT');
      await closed;
      rmSync(data, { recursive: true, force: true });
    },
    async replica() {
      const copy = ownFolder();
      rmSync(copy, { recursive: true });
      const copying = spawn(
        join(bin, 'pg_basebackup'),
        ['-d', url, '-D', copy, '-R', '-X', 'stream', '-c', 'fast'],
        owner(),
      );
      if ((await new Promise((done) => copying.on('close', done))) !== 0) throw new Error('pg_basebackup failed');
      return serverIn(bin, copy);
    },
  };
}
