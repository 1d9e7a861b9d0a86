import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCKER, withService } from '../support/services.ts';
import { type Stack, stack } from '../support/stack.ts';

withService(DOCKER, () => {
  let ours: Stack;
  beforeAll(async () => {
    ours = await stack();
    // Our images, which `rag stack up` would build: the same step, alone.
    const plan = JSON.parse((await ours.rag('stack', 'up', '--plan', '--json')).out).result.plan.steps as {
      detail: string;
    }[];
    if (plan.some(({ detail }) => detail.startsWith('docker build'))) {
      expect((await ours.rag('stack', 'up', '--yes')).code).toBe(0);
      expect((await ours.rag('stack', 'destroy', '--data', ours.name, '--without-backup', '--yes')).code).toBe(0);
    }
  }, 300_000);
  afterAll(() => ours?.end());

  it('starts with the lines of its header and plain docker compose', { timeout: 300_000 }, async () => {
    const header = readFileSync(join(ours.folder, 'compose.yaml'), 'utf8');
    for (const volume of /for v in ([\w ]+); do/.exec(header)![1]!.split(' '))
      await ours.docker('volume', 'create', `${ours.name}_${volume}`);
    await ours.docker('compose', 'up', '--detach', '--wait', '--wait-timeout', '180');
    expect((await fetch(`${ours.url}/readyz`)).status).toBe(200);
    expect((await (await fetch(`${ours.url}/`)).text()).length).toBeGreaterThan(100);
    const headers = { authorization: `Bearer ${await ours.token()}`, 'content-type': 'application/json' };
    const asked = await fetch(`${ours.url}/api/v1/search`, { method: 'POST', headers, body: '{"text":"anything"}' });
    expect(await asked.json()).toMatchObject({ hits: [] });
    await ours.docker('compose', 'down', '--volumes');
    expect((await ours.docker('volume', 'ls', '--quiet', '--filter', `name=^${ours.name}_`)).split('\n')).toHaveLength(
      5,
    );
  });

  it.each([
    'compose.yaml',
    'compose.yaml:compose.prod.yaml',
    'compose.yaml:compose.observability.yaml',
    'compose.yaml:compose.prod.yaml:compose.observability.yaml',
  ])('docker compose accepts %s', async (files) => {
    const names = files.split(':').flatMap((file) => ['--file', file]);
    await ours.docker('compose', ...names, '--profile', '*', 'config', '--quiet');
  });

  describe('the tools that read them accept', () => {
    const mount = (from: string, to: string) => ['--volume', `${join(ours.folder, from)}:${to}:ro`];
    const inside = (image: string, entry: string, volumes: string[], ...words: string[]) =>
      ours.docker('run', '--rm', '--network', 'none', ...volumes, '--entrypoint', entry, image, ...words);

    it.each(['nginx.conf', 'nginx.tls.conf'])('nginx: %s', { timeout: 60_000 }, async (file) => {
      // The names of the upstreams are there only in the network of the stack; `resolve` leaves them for later.
      const tls =
        'openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout /run/secrets/tls_key -out /etc/rag-tls/cert.pem 2>/dev/null';
      const script = `mkdir -p /run/secrets /etc/rag-tls; ${file.includes('tls') ? `${tls} || { echo no openssl; exit 0; };` : ''} nginx -t -c /etc/rag/${file} 2>&1`;
      expect(await inside('nginx:1.29-alpine', 'sh', mount('nginx', '/etc/rag'), '-c', script)).toMatch(
        /test is successful|no openssl/,
      );
    });

    it('nginx: the page’s', { timeout: 60_000 }, async () => {
      const image = /^RAG_WEB_IMAGE=(.*)$/m.exec(readFileSync(join(ours.folder, '.env'), 'utf8'))![1]!;
      expect(await inside(image, 'sh', [], '-c', 'nginx -t 2>&1')).toContain('test is successful');
    });

    it('promtool: settings and rules', { timeout: 60_000 }, async () => {
      const volumes = [...mount('prometheus', '/etc/rag'), ...mount('secrets', '/run/secrets'), '--user', '0'];
      expect(
        await inside('prom/prometheus:v3.10.0', 'promtool', volumes, 'check', 'config', '/etc/rag/prometheus.yml'),
      ).toContain('10 rules found');
    });
  });

  it('wrote every file of compose/ but what the image and this repository need', () => {
    const files = readdirSync(resolve('compose')).filter(
      (name) => !['Dockerfile', 'probe.mjs', 'dev.mjs', 'web', 'compose.dev.yaml'].includes(name),
    );
    const written = readdirSync(ours.folder);
    expect(files.filter((name) => !written.includes(name))).toEqual([]);
  });
});
