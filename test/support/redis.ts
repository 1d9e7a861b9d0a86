import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { freePort, type OwnServer, ownFolder, ownServer } from './own-server.ts';

/** A Redis; needs `redis-server` on this machine. */
export async function redisServer(...options: string[]): Promise<OwnServer> {
  const dir = ownFolder('redis');
  const port = await freePort();
  const argv = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', ...options];
  return ownServer({
    ...{ dir, url: `redis://127.0.0.1:${port}` },
    begin: () => spawn('redis-server', argv, { stdio: ['ignore', 'ignore', 'inherit'] }),
    answers: () => pong(port),
  });
}

/** One that asks for a password is there, too; one that still reads its file is not. */
function pong(port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('error', failed).once('data', (said) => {
      socket.destroy();
      if (/^(\+PONG|-NOAUTH)/.test(String(said))) done();
      else failed(new Error(String(said)));
    });
  });
}
