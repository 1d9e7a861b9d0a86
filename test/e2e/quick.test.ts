import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { VARIABLES } from '../../src/cli/unset.ts';
import { envName, SETTINGS } from '../../src/settings.ts';
import { questions, writeCorpus } from '../support/corpus.ts';
import { folder } from '../support/rag.ts';

it('knows every variable that a setting may come from', () => {
  expect([...VARIABLES].sort()).toEqual(SETTINGS.map(({ name }) => envName(name)).sort());
});

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
  ];
  for (const args of searches) {
    const expected = timeless(run('-e', whole, '--', 'search', ...args));
    expect(timeless(run('-e', direct, '--', ...args)), args.join(' ')).toBe(expected);
    expect(timeless(run(bin, 'search', ...args)), args.join(' ')).toBe(expected);
  }
  // Filters are left to the whole program, and answered by it.
  expect(JSON.parse(run(bin, 'search', asked[0]!, '--in', '3/**', '--json')).ok).toBe(true);
});
