import { spawn } from 'node:child_process';
import { fetched, freePort, type OwnServer, ownFolder, ownServer } from './own-server.ts';

const USER = { MINIO_ROOT_USER: 'testuser', MINIO_ROOT_PASSWORD: 'testpassword' };

/** An object store. `program`: the path of `minio`. */
export async function minioServer(program: string): Promise<OwnServer> {
  const dir = ownFolder('minio');
  const at = `127.0.0.1:${await freePort()}`;
  const env = { PATH: process.env.PATH, HOME: dir, ...USER };
  return ownServer({
    ...{ dir, url: `http://${USER.MINIO_ROOT_USER}:${USER.MINIO_ROOT_PASSWORD}@${at}` },
    begin: () => spawn(program, ['server', dir, '--address', at, '--quiet'], { env, stdio: 'ignore' }),
    answers: () => fetched(`http://${at}/minio/health/ready`),
  });
}
