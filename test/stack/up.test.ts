import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClient } from '../../src/client/client.ts';
import { eventually } from '../support/eventually.ts';
import { DOCKER, withService } from '../support/services.ts';
import { type Stack, stack } from '../support/stack.ts';

const quiet = { report() {}, signal: new AbortController().signal };

withService(DOCKER, () => {
  let ours: Stack;
  beforeAll(async () => {
    ours = await stack();
  });
  afterAll(() => ours?.end());

  const client = async () => openClient({ url: ours.url, key: await ours.token(), lang: 'en', note() {} });
  const upload = async (name: string, text: string) =>
    (await client()).upload(
      [{ name, content: Buffer.from(text) }],
      { paths: true, embed: true, tags: {}, mtimes: {} },
      quiet,
    );
  const ask = async (text: string) =>
    (await client()).query({ text, k: 5, mode: 'hybrid', embedBudget: 0, explain: false }, quiet);
  const lines = (text: string) => text.split('\n').filter(Boolean);

  it('comes up on an empty machine within 90 s, proven by a document and a question', {
    timeout: 300_000,
  }, async () => {
    const plan = await ours.rag('stack', 'up', '--plan');
    expect(plan.out).toContain('docker volume create');
    expect(
      await ours.docker('ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${ours.name}`),
    ).toBe('');
    // Nobody to ask, and nobody said yes: nothing is made.
    expect(await ours.rag('stack', 'up')).toMatchObject({ code: 10, err: expect.stringContaining('--yes') });
    expect(await ours.docker('volume', 'ls', '--quiet', '--filter', `name=^${ours.name}_`)).toBe('');
    const { code, out, err } = await ours.rag('stack', 'up', '--yes', '--json');
    expect(code, err).toBe(0);
    const { result } = JSON.parse(out);
    expect(result).toMatchObject({ url: ours.url, proof: { seconds: expect.any(Number) } });
    expect(result.seconds).toBeLessThan(90);
    expect(result.admin.passwordFile).toBe(join(ours.folder, 'secrets/admin_password'));
  });

  it('is up: a second time changes nothing, within 5 s', { timeout: 60_000 }, async () => {
    const ids = () => ours.docker('ps', '--quiet', '--filter', `label=com.docker.compose.project=${ours.name}`);
    const before = await ids();
    const { code, out, err } = await ours.rag('stack', 'up', '--yes', '--json');
    expect(code, err).toBe(0);
    expect(JSON.parse(out).result).toMatchObject({ changed: [] });
    expect(JSON.parse(out).result.seconds).toBeLessThan(5);
    expect(await ids()).toBe(before);
  });

  it('says what runs, and asks each store', { timeout: 60_000 }, async () => {
    const { code, out } = await ours.rag('stack', 'status', '--deep', '--json');
    const { result } = JSON.parse(out);
    expect(result.deep.filter(({ status }: { status: string }) => status !== 'ok')).toEqual([]);
    expect(result.deep.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['postgres', 'redis', 'qdrant', 'objectstore', 'store', 'jobs', 'workers']),
    );
    expect(result).toMatchObject({ queue: { waiting: 0, dead: 0 }, deadLetters: [] });
    expect(result.services.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    expect(code).toBe(0);
    await ours.docker('compose', 'stop', 'web');
    const degraded = await ours.rag('stack', 'status');
    expect(degraded.code).toBe(3);
    expect(degraded.out).toContain('not as it should be: web');
    expect((await ours.rag('stack', 'up', '--yes', '--json')).out).toContain('start web');
    // nginx had given its address up, and looks again every few seconds: `up` ends when the page is there.
    expect((await fetch(`${ours.url}/`)).status).toBe(200);
    expect((await ours.rag('stack', 'logs', 'api', '--tail', '3')).out).toContain('api');
  });

  it('has restarted when it answers again', { timeout: 120_000 }, async () => {
    expect(await ours.rag('stack', 'restart', 'web')).toMatchObject({ code: 10 });
    expect(await ours.rag('stack', 'restart', 'web', 'api', '--yes')).toMatchObject({ code: 0 });
    for (const path of ['/', '/readyz']) expect((await fetch(`${ours.url}${path}`)).status, path).toBe(200);
    expect(await ours.rag('stack', 'restart', 'wbe', '--yes')).toMatchObject({ code: 6 });
  });

  it('serves the page with the headers of rag serve', { timeout: 60_000 }, async () => {
    const page = await fetch(`${ours.url}/`);
    expect(await page.text()).toContain('<div id="');
    const [id] = lines(await ours.docker('compose', 'ps', '--quiet', 'api'));
    const code = "fetch('http://127.0.0.1:8000/').then(r=>console.log(JSON.stringify([...r.headers])))";
    const api = new Headers(JSON.parse(await ours.docker('exec', id!, 'node', '-e', code)));
    for (const name of [
      'content-security-policy',
      'cache-control',
      'x-content-type-options',
      'referrer-policy',
      'x-frame-options',
    ])
      expect(page.headers.get(name), name).toBe(api.get(name));
    for (const path of ['/metrics', '/nothing']) expect((await fetch(`${ours.url}${path}`)).status, path).toBe(404);
  });

  it('keeps data through down and up, and makes no secret anew', { timeout: 180_000 }, async () => {
    const secrets = readFileSync(join(ours.folder, 'secrets/postgres_password'), 'utf8');
    expect(
      (await upload('notes/keeper.md', '# Keeper\n\nThe keeper of the north gate is called Osgood.\n')).added,
    ).toBe(1);
    expect((await ours.rag('stack', 'down', '--yes')).code).toBe(0);
    expect((await ours.rag('stack', 'init')).code).toBe(0);
    expect(readFileSync(join(ours.folder, 'secrets/postgres_password'), 'utf8')).toBe(secrets);
    expect((await ours.rag('stack', 'up', '--yes')).code).toBe(0);
    expect((await ask('Who keeps the north gate?')).answer).toContain('Osgood');
  });

  it('comes back by itself when each service in turn is killed, and loses no file', { timeout: 600_000 }, async () => {
    const services = ['worker', 'api', 'postgres', 'redis', 'qdrant', 'objectstore', 'scheduler', 'nginx', 'web'];
    const names: string[] = [];
    for (const [n, service] of services.entries()) {
      const name = `killed/${service}.md`;
      names.push(name);
      const sent = upload(name, `# Shift ${n}\n\nWhile ${service} was gone the watch was kept by number ${n}.\n`).catch(
        (error: Error) => error,
      );
      for (const pid of await ours.pids(service)) process.kill(pid, 'SIGKILL');
      await sent;
      await eventually(120, async () => {
        const { out } = await ours.rag('stack', 'status', '--json');
        expect(JSON.parse(out).result.ok).toBe(true);
      });
      // What was not answered is sent again, as a user would: it is there once.
      await eventually(60, async () => {
        const { added, unchanged } = await upload(
          name,
          `# Shift ${n}\n\nWhile ${service} was gone the watch was kept by number ${n}.\n`,
        );
        expect(added + unchanged).toBe(1);
      });
    }
    const { documents } = await (await client()).documents(undefined, quiet.signal);
    const killed = documents.map(({ source }) => source).filter((source) => source.startsWith('killed/'));
    expect(killed.sort()).toEqual(names.sort());
    expect((await ours.rag('stack', 'status', '--deep')).code).toBe(0);
  });

  it('comes back when all of it dies at once, as with the machine', { timeout: 300_000 }, async () => {
    const all = lines(await ours.docker('compose', 'ps', '--services'));
    const pids = (await Promise.all(all.map((service) => ours.pids(service)))).flat();
    expect(pids.length).toBeGreaterThanOrEqual(9);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await eventually(120, async () => {
      const { out } = await ours.rag('stack', 'status', '--json');
      expect(JSON.parse(out).result.ok).toBe(true);
    });
    expect((await ask('Who keeps the north gate?')).answer).toContain('Osgood');
  });

  it('has no secret outside of secrets/: not in files, arguments, variables, logs, image', {
    timeout: 120_000,
  }, async () => {
    const { SECRETS } = await import('../../src/ops/secrets.ts');
    const values = Object.keys(SECRETS)
      .filter((name) => !['objects_root_user', 'objects_access_key'].includes(name))
      .map((name) => [name, ours.secret(name)] as const)
      .filter(([, value]) => value !== '');
    const found = (where: string, text: string) =>
      values.flatMap(([name, value]) =>
        value.split('\n').some((line) => line.length > 20 && !line.startsWith('-----') && text.includes(line))
          ? [`${name} in ${where}`]
          : [],
      );
    const ids = lines(
      await ours.docker('ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${ours.name}`),
    );
    const leaks: string[] = [];
    for (const id of ids) {
      leaks.push(...found(`inspect ${id}`, await ours.docker('inspect', id)));
      leaks.push(...found(`top ${id}`, await ours.docker('top', id, '-eo', 'pid,args')));
    }
    leaks.push(...found('logs', await ours.docker('compose', 'logs', '--no-color')));
    leaks.push(...found('config', await ours.docker('compose', 'config')));
    const grep = async (value: string) => {
      const { program } = await import('../support/stack.ts');
      return (await program(['grep', '-rlF', '--exclude-dir=secrets', '-e', value, '.'], ours.folder)).out;
    };
    for (const [name, value] of values.filter(([name]) => name !== 'jwt_key'))
      if ((await grep(value)) !== '') leaks.push(`${name} in files`);
    const image = /^RAG_IMAGE=(.*)$/m.exec(readFileSync(join(ours.folder, '.env'), 'utf8'))![1]!;
    leaks.push(...found('image history', await ours.docker('history', '--no-trunc', image)));
    leaks.push(...found('image', await ours.docker('image', 'inspect', image)));
    expect(leaks).toEqual([]);
  });

  it('destroy deletes data only when told twice', { timeout: 120_000 }, async () => {
    const volumes = () => ours.docker('volume', 'ls', '--quiet', '--filter', `name=^${ours.name}_`);
    const before = await volumes();
    expect(lines(before)).toHaveLength(5);
    expect((await ours.rag('stack', 'destroy', '--data', 'rag', '--yes')).code).toBe(10);
    expect((await ours.rag('stack', 'destroy', '--data', ours.name, '--yes')).code).toBe(10);
    expect((await ours.rag('stack', 'destroy', '--data', ours.name, '--without-backup')).code).toBe(10);
    expect(await volumes()).toBe(before);
    expect((await ours.rag('stack', 'destroy', '--data', ours.name, '--without-backup', '--yes')).code).toBe(0);
    expect(await volumes()).toBe('');
    rmSync(join(ours.folder, '.lock'), { recursive: true, force: true });
  });
});
