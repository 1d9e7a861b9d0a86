import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folder } from '../support/rag.ts';
import { DOCKER, withService } from '../support/services.ts';
import { program, type Stack, stack } from '../support/stack.ts';

const bin = resolve('bin/rag.js');

/** A folder with a stack in it, and `docker` as it is on somebody else's machine. */
async function elsewhere(scripts: Record<string, string>) {
  const dir = folder();
  await program([process.execPath, bin, 'stack', 'init', '--name', 'rag-test-none'], dir);
  const path = join(dir, 'bin');
  mkdirSync(path);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const before = readdirSync(dir).sort();
  const ran = await program([process.execPath, bin, 'stack', 'up', '--yes', '--json'], dir, { PATH: path });
  expect(readdirSync(dir).sort()).toEqual(before);
  return { ...ran, error: JSON.parse(ran.out).error };
}

describe('a machine without', () => {
  it('docker', async () => {
    const { code, error } = await elsewhere({});
    expect(code).toBe(5);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('docker is not installed') });
    expect(error.hint).toContain('install');
  });

  it('a daemon', async () => {
    const { code, error } = await elsewhere({
      docker:
        'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1',
    });
    expect(code).toBe(5);
    expect(error.message).toContain('daemon does not answer');
    expect(error.hint).toContain('systemctl start docker');
  });

  const SERVER = `case "$*" in version*) echo '{"Version":"28.0.0","Os":"linux","Arch":"amd64"}';; "compose version"*)`;
  it('Compose v2', async () => {
    const { code, error } = await elsewhere({
      docker: `${SERVER} echo "docker: 'compose' is not a docker command." >&2; exit 1;; esac`,
      'docker-compose': 'echo 1.29.2',
    });
    expect(code).toBe(10);
    expect(error.message).toContain('1.29.2 is too old');
  });

  it('a Compose that can do this', async () => {
    const { code, error } = await elsewhere({ docker: `${SERVER} echo 2.17.3;; esac` });
    expect(code).toBe(10);
    expect(error.message).toContain('2.30');
  });
});

it('says where a stack could be made when there is none', async () => {
  const { code, err } = await program([process.execPath, bin, 'stack', 'up'], folder());
  expect(code).toBe(6);
  expect(err).toContain('rag stack init');
});

it('one change at a time: the lock names its holder, and is broken only with a reason', async () => {
  const dir = folder();
  const rag = (...words: string[]) => program([process.execPath, bin, ...words], dir);
  await rag('stack', 'init', '--name', 'rag-test-none');
  expect((await rag('lock', 'status')).out).toContain('not locked');
  mkdirSync(join(dir, '.lock'));
  const at = new Date().toISOString();
  writeFileSync(
    join(dir, '.lock/holder.json'),
    JSON.stringify({ who: 'ann', host: 'elsewhere', pid: 7, verb: 'stack up', since: at, heartbeat: at }),
  );
  expect(JSON.parse((await rag('lock', 'status', '--json')).out).result).toMatchObject({
    held: true,
    stale: false,
    who: 'ann',
  });
  expect((await rag('lock', 'break')).code).toBe(2);
  const refused = await rag('lock', 'break', '--reason', 'no answer');
  expect(refused.code).toBe(10);
  expect(refused.err).toContain('ann@elsewhere');
  expect((await rag('lock', 'break', '--reason', 'no answer', '--yes')).err).toContain('broken: no answer');
  expect(existsSync(join(dir, '.lock'))).toBe(false);
});

withService(DOCKER, () => {
  let ours: Stack;
  beforeAll(async () => {
    ours = await stack();
  });
  afterAll(() => ours?.end());

  const change = (file: string, to: (text: string) => string) => {
    const path = join(ours.folder, file);
    writeFileSync(path, to(readFileSync(path, 'utf8')));
  };
  const left = async () => [
    await ours.docker('ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${ours.name}`),
    await ours.docker('volume', 'ls', '--quiet', '--filter', `name=^${ours.name}_`),
    await ours.docker('network', 'ls', '--quiet', '--filter', `name=^${ours.name}_`),
  ];
  const refusal = async () => {
    const { code, out } = await ours.rag('stack', 'up', '--yes', '--json');
    expect(await left(), 'nothing half made').toEqual(['', '', '']);
    expect([5, 10]).toContain(code);
    return JSON.parse(out).error as { code: string; message: string; hint: string };
  };

  it('says that the port is taken, before anything is made', { timeout: 60_000 }, async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(ours.port, '127.0.0.1', listening));
    try {
      const { code, message, hint } = await refusal();
      expect(code).toBe('unavailable');
      expect(message).toContain(`has the port ${ours.port}`);
      expect(hint).toContain('RAG_PORT');
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it('says that the disk is full, before anything is made', { timeout: 60_000 }, async () => {
    change('rag.stack.yaml', (text) => `${text}free_disk: 900000g\n`);
    const { message, hint } = await refusal();
    expect(message).toContain('are wanted before anything is begun');
    expect(hint).toContain('free_disk');
    expect((await ours.rag('stack', 'up', '--yes')).code).toBe(10);
    change('rag.stack.yaml', (text) => text.replace(/^free_disk.*\n/m, ''));
  });

  it('says that an image is gone or out of reach, before anything is made', { timeout: 60_000 }, async () => {
    change('.env', (text) => text.replace(/^REDIS_IMAGE=.*/m, 'REDIS_IMAGE=nobody/no-such-image:1.2.3'));
    const { message, hint } = await refusal();
    expect(message).toMatch(/pull nobody\/no-such-image:1\.2\.3: /);
    expect(hint).toContain('docker load');
    expect((await ours.rag('stack', 'up', '--yes')).code).toBe(5);
    change('.env', (text) => text.replace(/^REDIS_IMAGE=.*/m, 'REDIS_IMAGE=redis:8'));
  });

  it('says which secret is missing, and init makes it', { timeout: 60_000 }, async () => {
    const { rmSync } = await import('node:fs');
    rmSync(join(ours.folder, 'secrets/secret_key'));
    const { code, out } = await ours.rag('stack', 'up', '--yes', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(out).error.message).toContain('secret_key');
    expect((await ours.rag('stack', 'init')).code).toBe(0);
    expect(existsSync(join(ours.folder, 'secrets/secret_key'))).toBe(true);
  });

  it('lets no PostgreSQL near the data of another major version', { timeout: 120_000 }, async () => {
    const volume = `${ours.name}_postgres`;
    await ours.docker('volume', 'create', volume);
    await ours.docker(
      'run',
      '--rm',
      '--user',
      '0',
      '--entrypoint',
      'sh',
      '--volume',
      `${volume}:/v`,
      'postgres:18',
      '-c',
      'mkdir -p /v/data && echo 16 >/v/data/PG_VERSION',
    );
    const { code, out } = await ours.rag('stack', 'up', '--yes', '--json');
    expect(code).toBe(10);
    expect(JSON.parse(out).error).toMatchObject({
      message: expect.stringContaining('of PostgreSQL 16, and postgres:18 is 18'),
      hint: expect.stringContaining('POSTGRES_IMAGE=postgres:16'),
    });
    await ours.docker('volume', 'rm', volume);
  });

  it('names the service that does not start, shows its last lines and the cause, and tears nothing down', {
    timeout: 180_000,
  }, async () => {
    // Data made with another password, as after a lost secrets folder.
    change('rag.stack.yaml', (text) => `${text}wait: 40s\n`);
    expect((await ours.rag('stack', 'up', '--yes')).code).toBe(0);
    const file = join(ours.folder, 'secrets/postgres_password');
    chmodSync(file, 0o644);
    writeFileSync(file, 'not-the-password-of-these-data-0000000000');
    await ours.docker('compose', 'rm', '--stop', '--force', 'api', 'worker');
    const { code, out, err } = await ours.rag('stack', 'up', '--yes', '--json');
    expect(code, err).toBe(5);
    const { error } = JSON.parse(out);
    expect(error.details.cause).toBe('wrong-password');
    expect(error.hint).toContain('secrets/');
    expect(err).toContain('does not accept our user and password');
    expect(await ours.docker('compose', 'ps', '--format', '{{.Service}}')).toContain('postgres');
  });
});
