import { expect, it } from 'vitest';
import { causeOf } from '../../src/ops/causes.ts';

/** As docker and the services write it. */
const SAID: [string, string][] = [
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'daemon-missing',
  ],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'daemon-denied',
  ],
  [
    'Error response from daemon: driver failed programming external connectivity on endpoint rag-nginx-1: Bind for 0.0.0.0:8080 failed: port is already allocated',
    'port-taken',
  ],
  [
    'failed to bind host port for 127.0.0.1:18080:172.18.0.2:8080/tcp: listen tcp4 127.0.0.1:18080: bind: address already in use',
    'port-taken',
  ],
  [
    'Error response from daemon: pull access denied for minio/minio, repository does not exist or may require docker login',
    'image-gone',
  ],
  ['Error response from daemon: manifest for postgres:99 not found: manifest unknown: manifest unknown', 'image-gone'],
  [
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp 127.0.0.1:9: connect: connection refused',
    'registry-unreachable',
  ],
  ['exec /usr/local/bin/docker-entrypoint.sh: exec format error', 'wrong-architecture'],
  [
    'FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized by PostgreSQL version 17, which is not compatible with this version 18.6',
    'postgres-major',
  ],
  ['Error: in 18+, these Docker images are configured to store database data in a', 'postgres-major'],
  ['could not write to file "pg_wal/xlogtemp.62": No space left on device', 'disk-full'],
  ['NOAUTH Authentication required.', 'wrong-password'],
  ['rag: PostgreSQL at postgres:5432 does not accept our user and password', 'wrong-password'],
  ['FATAL:  password authentication failed for user "rag"', 'wrong-password'],
  ['cat: /run/secrets/redis_password: Permission denied', 'secret-unreadable'],
  ['external volume "rag_postgres" not found', 'volume-missing'],
];

it.each(SAID)('%s', (text, name) => {
  const cause = causeOf(text);
  expect(cause?.name).toBe(name);
  expect(cause!.cure.hint).toMatch(/\w/);
  expect(cause!.sentence).not.toContain('undefined');
});

it('guesses nothing', () => expect(causeOf('the weather is fine')).toBeUndefined());

it('names what it is about', () => {
  expect(causeOf(SAID[2]![0])!.sentence).toContain('0.0.0.0:8080');
  expect(causeOf(SAID[4]![0])!.sentence).toContain('minio/minio');
  expect(causeOf(SAID[8]![0])!.sentence).toContain('another major version');
});
