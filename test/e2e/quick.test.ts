import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { unset } from '../../src/cli/unset.ts';
import { questions, writeCorpus } from '../support/corpus.ts';
import { folder, put } from '../support/rag.ts';

it('answers a plain search as the whole program does', { timeout: 300_000 }, () => {
  const cwd = folder();
  writeCorpus(cwd, 12);
  const env = { PATH: process.env.PATH, HOME: cwd };
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const bin = resolve('bin/rag.js');
  // The same without the quick path.
  const whole = `process.argv.splice(1, 0, 'rag'); require(${JSON.stringify(resolve('dist/rag.cjs'))}).main(process)`;
  const timeless = (text: string) => text.replace(/"seconds":[\d.]+/, '');
  // Told apart by what it loads: the quick path needs no commander, so it leaves the streams alone.
  const direct = `
    const { search } = require(${JSON.stringify(bin)}).quick();
    search({ argv: ['', '', 'search', ...process.argv.slice(1)], env: process.env, cwd: () => process.cwd() })
      .then((code) => { process.exitCode = code ?? 42; })`;
  run(bin, 'ingest', '.');
  const asked = questions(6)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).text as string);
  const searches = [
    ...asked.flatMap((text) => [
      [text],
      [text, '--mode', 'lexical'],
      [text, '--json'],
      [text, '--mode=vector', '-k', '3'],
    ]),
    ['"walrus penguin"', '--explain'],
    ['backup -restore', '--lang', 'zh', '--no-color'],
    ['nothing-of-that-kind', '--mode', 'lexical'],
    ['back* restore', '--explain', '--json'],
    ['how to restor', '--mode', 'lexical', '--json'],
    ['the wal', '--mode', 'lexical', '--explain'],
    ['title:5', '--mode', 'lexical', '--json'],
    ['title:3 backup', '--mode', 'lexical', '--json'],
    ['restore -title:3', '--json'],
  ];
  for (const args of searches) {
    const expected = timeless(run('-e', whole, '--', 'search', ...args));
    expect(timeless(run('-e', direct, '--', ...args)), args.join(' ')).toBe(expected);
    expect(timeless(run(bin, 'search', ...args)), args.join(' ')).toBe(expected);
  }
  // Filters are left to the whole program, and answered by it.
  expect(JSON.parse(run(bin, 'search', asked[0]!, '--in', '3/**', '--json')).ok).toBe(true);
});

it('leaves a search to the whole program where something is set', () => {
  const home = folder();
  const cwd = join(folder({ 'deep/er/a.txt': 'x' }), 'deep/er');
  expect(unset(cwd, {}, home)).toBe(true);
  expect(unset(cwd, { EMBEDDING_MODEL: 'x' }, home)).toBe(false);
  put(cwd, '../rag.yaml', '# home: elsewhere\n\n');
  expect(unset(cwd, {}, home)).toBe(true);
  put(cwd, '../rag.yaml', '# a comment\nhome: elsewhere\n');
  expect(unset(cwd, {}, home)).toBe(false);
  expect(unset(home, {}, home)).toBe(true);
  put(home, '.config/rag/config.yaml', 'local_embedding_model: x');
  expect(unset(home, {}, home)).toBe(false);
});
