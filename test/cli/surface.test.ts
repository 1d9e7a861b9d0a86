import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const VERBS = [
  'init',
  'ingest',
  'embed',
  'search',
  'query',
  'status',
  'list',
  'show',
  'rm',
  'config',
  'doctor',
  'completion',
  'prune',
];

describe('the command line', () => {
  it('shows two examples for every verb', async () => {
    for (const verb of [
      ...VERBS.map((name) => [name]),
      ['eval', 'beir'],
      ['audit'],
      ['login'],
      ['user', 'add'],
      ['key', 'create'],
    ]) {
      const { out, code } = await rag({ cwd: folder() }, ...verb, '--help');
      expect([code, out.match(/^ {2}\$ rag /gm)?.length], verb.join(' ')).toEqual([0, 2]);
    }
  });

  it('guesses what was meant and exits 2', async () => {
    const cwd = folder();
    const verb = await rag({ cwd }, 'serach', 'x', '--json');
    expect([verb.code, verb.err.includes('search'), verb.json.error.code]).toEqual([2, true, 'usage']);
    const flag = await rag({ cwd }, 'search', 'x', '--jsn');
    expect([flag.code, flag.err.includes('--json')]).toEqual([2, true]);
    for (const bad of [
      ['search', 'x', '--mode', 'magic'],
      ['search', 'x', '--since', 'soon'],
      ['ingest', '.', '--max-file-size', 'huge'],
      ['ingest', '.', '--tag', 'x'],
    ])
      expect((await rag({ cwd }, ...bad)).code, bad.join(' ')).toBe(2);
  });

  it('prints its version and nothing else', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await rag({ cwd: folder() }, '--version')).toMatchObject({ code: 0, out: `${version}\n`, err: '' });
  });

  it('speaks Chinese on demand and by LANG', async () => {
    const cwd = folder({ 'a.txt': 'words' });
    expect((await rag({ cwd }, 'ingest', '.', '--no-embed', '--lang', 'zh')).out).toContain('1 新增');
    expect((await rag({ cwd, env: { LANG: 'zh_CN.UTF-8' } }, 'show', 'b.txt')).err).toContain('没有文档');
    expect((await rag({ cwd, env: { LANG: 'en_US.UTF-8' } }, 'show', 'b.txt')).err).toContain('no document');
  });

  it('says in Chinese what cures an error, with the same command', async () => {
    const cwd = folder({ 'a.txt': 'words' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const han = /\p{Script=Han}/u;
    for (const [cure, ...wrong] of [
      ['rag list', 'show', 'b.txt'],
      ['rag model list', 'model', 'use'],
      ['--home DIR', 'doctor', '--home', 'stack'],
    ]) {
      const [en, zh] = [await rag({ cwd }, ...wrong, '--json'), await rag({ cwd }, ...wrong, '--json', '--lang', 'zh')];
      expect(zh.code).toBe(en.code);
      const [[sentence, hint], [zhSentence, zhHint]] = [en.err.split('\n'), zh.err.split('\n')];
      expect([hint, zhHint], wrong.join(' ')).toEqual(Array(2).fill(expect.stringContaining(cure!)));
      expect([sentence, hint, zhSentence, zhHint].map((line) => han.test(line!))).toEqual([false, false, true, true]);
      expect([en, zh].map(({ json }) => `     ${json.error.hint}`)).toEqual([hint, zhHint]);
    }
    const { checks } = (await rag({ cwd }, 'doctor', '--json', '--lang', 'zh')).json.result;
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'index', detail: expect.stringMatching(/^1 个文档/) }),
    );
  });

  it('merges settings: flag, environment, .env, rag.yaml, defaults; says where each came from', async () => {
    const cwd = folder({
      'rag.yaml': 'max_file_size: 2mb\nlog_level: warn\ncollection: notes\n',
      '.env': 'LOG_LEVEL=error\nOPENAI_API_KEY=sk-hidden\n',
    });
    const { json, out } = await rag({ cwd, env: { RAG_COLLECTION: 'work' } }, 'config', '--json');
    const { values } = json.result;
    expect(values.MAX_FILE_SIZE).toEqual({ value: 2 * 1024 * 1024, origin: join(cwd, 'rag.yaml') });
    expect(values.LOG_LEVEL).toEqual({ value: 'error', origin: join(cwd, '.env') });
    expect(values.COLLECTION).toEqual({ value: 'work', origin: 'environment (RAG_COLLECTION)' });
    expect(values.REDIS_PORT).toEqual({ value: 6379, origin: 'default' });
    expect(values.OPENAI_API_KEY.value).toBe('[secret]');
    expect(out).not.toContain('sk-hidden');
    expect((await rag({ cwd }, 'config', 'max_file_size')).out).toBe('2097152\n');
  });

  it('refuses unknown keys, bad values, HS256 and secrets in shared files, each in one sentence', async () => {
    const bad: [string, Record<string, string>, RegExp][] = [
      ['max_fil_size: 1', {}, /unknown key "max_fil_size"[\s\S]*did you mean max_file_size/],
      ['max_file_size: huge', {}, /MAX_FILE_SIZE = "huge" \(from .*rag\.yaml\): a size/],
      ['jwt_algorithm: HS256', {}, /HS\* is refused/],
      ['openai_api_key: sk-1', {}, /is a secret/],
      ['a: [', {}, /rag\.yaml/],
      ['', { REDIS_PORT: 'many' }, /REDIS_PORT/],
      ['', { OPENAI_API_KEY_FILE: '/nonexistent/key' }, /OPENAI_API_KEY_FILE/],
    ];
    for (const [yaml, env, message] of bad) {
      const cwd = folder({ 'rag.yaml': yaml });
      const ran = await rag({ cwd, env }, 'status');
      expect(ran.code, yaml).toBe(4);
      expect(ran.err).toMatch(message);
      expect(ran.err).not.toContain('    at ');
    }
    expect((await rag({ cwd: folder() }, 'status', '--config', 'none.yaml')).code).toBe(4);
  });

  it('reads a secret from a file', async () => {
    const cwd = folder({ key: 'sk-file\n' });
    const { json } = await rag(
      { cwd, env: { OPENAI_API_KEY_FILE: join(cwd, 'key') } },
      'config',
      'OPENAI_API_KEY',
      '--json',
    );
    expect(json.result.values.OPENAI_API_KEY.value).toBe('[secret]');
  });

  it('init writes a commented rag.yaml that is valid, and never overwrites', async () => {
    const cwd = folder();
    const first = await rag({ cwd }, 'init', '--json');
    expect(first.json.result).toEqual({ home: cwd, config: join(cwd, 'rag.yaml') });
    expect(existsSync(join(cwd, '.ragignore'))).toBe(true);
    expect((await rag({ cwd }, 'status')).code).toBe(0);
    put(cwd, 'rag.yaml', 'collection: mine\n');
    await rag({ cwd }, 'init');
    expect(readFileSync(join(cwd, 'rag.yaml'), 'utf8')).toBe('collection: mine\n');
  });

  it('completes in four shells', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'pwsh']) {
      const { out, code } = await rag({ cwd: folder() }, 'completion', shell);
      expect(code).toBe(0);
      for (const verb of VERBS) expect(out).toContain(verb);
    }
    expect((await rag({ cwd: folder() }, 'completion', 'tcsh')).code).toBe(2);
  });

  it('stops cleanly when interrupted', async () => {
    const cwd = folder({ 'a.txt': 'words' });
    const interrupt = new AbortController();
    interrupt.abort();
    expect((await rag({ cwd, signal: interrupt.signal }, 'ingest', '.')).code).toBe(130);
    expect((await rag({ cwd }, 'ingest', '.', '--no-embed')).code).toBe(0);
  });
});
