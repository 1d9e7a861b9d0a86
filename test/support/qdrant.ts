import { spawn } from 'node:child_process';
import { fetched, freePort, type OwnServer, ownFolder, ownServer } from './own-server.ts';

/** A Qdrant. `program`: the path of `qdrant`, or of what stands in for it. */
export async function qdrantServer(program: string): Promise<OwnServer> {
  const dir = ownFolder('qdrant');
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const place = { QDRANT__SERVICE__HOST: '127.0.0.1', QDRANT__SERVICE__HTTP_PORT: port };
  const env = { PATH: process.env.PATH, HOME: dir, ...place };
  return ownServer({
    ...{ dir, url },
    begin: () => spawn(program, [], { cwd: dir, stdio: 'ignore', env }),
    answers: () => fetched(`${url}/readyz`),
  });
}
