import { createPrivateKey } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openRunner } from '../../src/ops/exec.ts';
import { openFolder } from '../../src/ops/folder.ts';
import { planInit } from '../../src/ops/init.ts';
import { SECRETS } from '../../src/ops/secrets.ts';
import { apply } from '../../src/ops/step.ts';
import { listening } from '../support/ops.ts';
import { folder, rag } from '../support/rag.ts';

const plan = (dir: string) =>
  planInit({ root: resolve('.'), folder: dir, version: '1.2.3', variables: { RAG_PORT: '9999' } });
const init = (dir: string) => apply(plan(dir), openRunner(process.env), listening());

it('writes a whole stack, whose secrets nobody else can read', async () => {
  const dir = folder();
  await init(dir);
  for (const file of [
    'compose.yaml',
    'compose.prod.yaml',
    'rag.stack.yaml',
    'nginx/nginx.conf',
    'prometheus/rules.yml',
  ])
    expect(existsSync(join(dir, file)), file).toBe(true);
  expect(existsSync(join(dir, 'Dockerfile'))).toBe(false);
  const env = readFileSync(join(dir, '.env'), 'utf8');
  expect(env).toContain('RAG_IMAGE=multi-model-rag:1.2.3\n');
  expect(env).toContain('RAG_PORT=9999\n');
  expect(statSync(join(dir, 'secrets')).mode & 0o777).toBe(0o700);
  const values = Object.keys(SECRETS).map((name) => {
    expect(statSync(join(dir, 'secrets', name)).mode & 0o777, name).toBe(0o444);
    return readFileSync(join(dir, 'secrets', name), 'utf8');
  });
  expect(new Set(values).size).toBe(values.length);
  expect(Buffer.from(readFileSync(join(dir, 'secrets/redis_password'), 'utf8'), 'base64url')).toHaveLength(32);
  expect(createPrivateKey(readFileSync(join(dir, 'secrets/jwt_key'))).asymmetricKeyType).toBe('ed25519');
  for (const value of values.filter((text) => text.length > 20)) expect(env).not.toContain(value.trim());
  expect(openFolder(dir)).toMatchObject({ project: 'rag', files: ['compose.yaml'], model: { wait: 180, prove: true } });
});

it('a second time does nothing', async () => {
  const dir = folder();
  await init(dir);
  expect(plan(dir)).toEqual([]);
});

it('says its steps in the language asked for; JSON keeps the English ones', async () => {
  const cwd = folder();
  const shown = async (...argv: string[]) => rag({ cwd }, 'stack', 'init', '.', ...argv);
  expect((await shown('--plan')).out).toMatch(/^1\. write \d+ files\n[\s\S]*^2\. write \.env\n/m);
  expect((await shown('--plan', '--lang', 'zh')).out).toMatch(/^1\. 写入 \d+ 个文件\n[\s\S]*^2\. 写入 \.env\n/m);
  const { steps } = (await shown('--plan', '--lang', 'zh', '--json')).json.result.plan;
  expect(steps[1]).toEqual({ title: 'write .env', detail: `write ${join(cwd, '.env')}` });
  expect((await shown('--lang', 'zh')).err).toMatch(/^\[1\/4\] 写入 \d+ 个文件\n\[2\/4\] 写入 \.env\n/m);
});

it('makes only the secret that is gone, and leaves the others', async () => {
  const dir = folder();
  await init(dir);
  const before = readFileSync(join(dir, 'secrets/jwt_key'), 'utf8');
  rmSync(join(dir, 'secrets/redis_password'));
  expect(plan(dir)[0]!.detail).toMatch(/^write secrets\/redis_password /);
  await init(dir);
  expect(readFileSync(join(dir, 'secrets/jwt_key'), 'utf8')).toBe(before);
});

it('leaves what was changed here, and puts the new one beside it; replaces what was not', async () => {
  const dir = folder();
  await init(dir);
  appendFileSync(join(dir, 'compose.yaml'), '# mine\n');
  appendFileSync(join(dir, '.env'), 'API_MEMORY=3g\n');
  // As an older version wrote them: the record holds what is there now.
  const written = JSON.parse(readFileSync(join(dir, '.written.json'), 'utf8'));
  writeFileSync(join(dir, 'nginx/routes.conf'), '# older\n');
  const { createHash } = await import('node:crypto');
  written['nginx/routes.conf'] = createHash('sha256').update('# older\n').digest('hex');
  written['compose.yaml'] = 'of an older version';
  writeFileSync(join(dir, '.written.json'), JSON.stringify(written));
  await init(dir);
  expect(readFileSync(join(dir, 'compose.yaml'), 'utf8')).toMatch(/# mine\n$/);
  expect(readFileSync(join(dir, 'compose.yaml.new'), 'utf8')).toBe(readFileSync('compose/compose.yaml', 'utf8'));
  expect(readFileSync(join(dir, 'nginx/routes.conf'), 'utf8')).toBe(readFileSync('compose/nginx/routes.conf', 'utf8'));
  expect(readFileSync(join(dir, '.env'), 'utf8')).toContain('API_MEMORY=3g');
});

it('names what is wrong in rag.stack.yaml', async () => {
  const dir = folder();
  await init(dir);
  writeFileSync(join(dir, 'rag.stack.yaml'), 'wait: soon\n');
  expect(() => openFolder(dir)).toThrow(/rag\.stack\.yaml: wait: a time such as 90s/);
  writeFileSync(join(dir, 'rag.stack.yaml'), 'waiting: 1m\n');
  expect(() => openFolder(dir)).toThrow(/waiting/);
});
