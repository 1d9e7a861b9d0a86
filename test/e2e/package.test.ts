import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The published package, installed as a user does, and run. */
let dir: string;
let tarball: string;
let unpacked: number;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rag-pack-'));
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], {
    encoding: 'utf8',
  });
  const parsed = JSON.parse(packed.slice(packed.indexOf('[') < 0 ? packed.indexOf('{') : packed.indexOf('[')));
  const [info] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  tarball = join(dir, info.filename);
  unpacked = info.unpackedSize;
}, 300_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('is at most 85 MB', () => {
  expect(statSync(tarball).size).toBeLessThan(85 * 1024 * 1024);
  expect(unpacked).toBeLessThan(85 * 1024 * 1024);
});

it('installs, ingests and answers from a folder that is not the repository', { timeout: 600_000 }, () => {
  const project = join(dir, 'project');
  cpSync('examples', join(project, 'docs'), { recursive: true });
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', project, tarball], { stdio: 'pipe' });
  const rag = (...args: string[]) =>
    execFileSync(process.execPath, [join(project, 'node_modules/multi-model-rag/bin/rag.js'), ...args], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  expect(JSON.parse(rag('ingest', 'docs', '--json')).result).toMatchObject({ added: 5, pending: 0 });
  const { result } = JSON.parse(rag('query', '出差住宿每晚最多可以报销多少钱？', '--json'));
  expect(result.citations[0].quote).toContain('480');
  expect(rag('init')).toContain('rag.yaml');
});
