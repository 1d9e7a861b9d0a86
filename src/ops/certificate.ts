import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Deep } from './deep.ts';
import type { Facts } from './inspect.ts';
import { secureDoor } from './stack.ts';

const DAY_MS = 86_400_000;
/** Whoever renews on time is earlier. */
const FEW_DAYS = 14;
const TIMEOUT_MS = 10_000;

/** How long the certificate is good that visitors are shown at this moment, whatever lies in `tls/`; undefined where there is no TLS. */
export async function certificate(facts: Facts, url: string): Promise<Deep | undefined> {
  const door = secureDoor(facts);
  if (door === undefined) return undefined;
  const name = 'certificate';
  try {
    const host = ['0.0.0.0', '', '::'].includes(door.address) ? '127.0.0.1' : door.address;
    const until = await shownBy(host, door.port, new URL(url).hostname);
    const days = Math.floor((until.getTime() - Date.now()) / DAY_MS);
    const day = until.toISOString().slice(0, 10);
    if (days < 0) return { name, status: 'fail', detail: `expired on ${day}` };
    return { name, status: days < FEW_DAYS ? 'warn' : 'ok', detail: `${days} days left (until ${day})` };
  } catch (error) {
    return { name, status: 'fail', detail: (error as Error).message };
  }
}

function shownBy(host: string, port: number, name: string): Promise<Date> {
  const named = isIP(name.replace(/^\[|\]$/g, '')) ? {} : { servername: name };
  return new Promise((done, failed) => {
    // Only looked at: whether it is trusted, browsers decide.
    const socket = connect({ host, port, ...named, rejectUnauthorized: false, timeout: TIMEOUT_MS }, () => {
      done(new Date(socket.getPeerCertificate().valid_to));
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
    socket.on('error', failed);
  });
}
