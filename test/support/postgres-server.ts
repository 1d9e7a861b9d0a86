import { execFileSync, spawn } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, type OwnServer, ownFolder, ownServer } from './own-server.ts';

export interface PostgresServer extends OwnServer {
  /** A streaming replica of it. */
  replica(): Promise<PostgresServer>;
}

/** It refuses to run as root: then the user `postgres` runs it. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A PostgreSQL. `bin`: the folder of `initdb` and `postgres`. */
export async function postgresServer(bin: string): Promise<PostgresServer> {
  const data = dataFolder();
  execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8'], {
    ...owner(),
    stdio: 'ignore',
  });
  return serverIn(bin, data);
}

function dataFolder(): string {
  const folder = ownFolder('postgres');
  const { uid, gid } = owner();
  if (uid !== undefined) chownSync(folder, uid, gid!);
  return folder;
}

async function serverIn(bin: string, data: string): Promise<PostgresServer> {
  const port = await freePort();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'];
  const argv = ['-D', data, '-p', String(port), '-k', data, ...settings];
  const server = await ownServer({
    ...{ url, dir: data, last: 'SIGQUIT' },
    begin: () => spawn(join(bin, 'postgres'), argv, { ...owner(), stdio: 'ignore' }),
    async answers() {
      const client = new pg.Client({ connectionString: url });
      await client.connect().finally(() => client.end().catch(() => {}));
    },
  });
  return {
    ...server,
    async replica() {
      const copy = dataFolder();
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
