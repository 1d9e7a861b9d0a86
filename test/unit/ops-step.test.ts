import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRunner } from '../../src/ops/exec.ts';
import { holderOf, isStale, locked } from '../../src/ops/lock.ts';
import { apply, command, type Step, shown } from '../../src/ops/step.ts';
import { listening, recording } from '../support/ops.ts';
import { folder } from '../support/rag.ts';

describe('steps', () => {
  it('run in order, and say which', async () => {
    const runner = recording();
    const io = listening();
    await apply(
      [command({ title: 'one', zh: '一' }, ['a', 'b c']), command({ title: 'two', zh: '二' }, ['d'])],
      runner,
      io,
    );
    expect(runner.done).toEqual(['a b c', 'd']);
    expect(io.events).toEqual([
      { type: 'step', title: 'one', zh: '一', number: 1, total: 2 },
      { type: 'step', title: 'two', zh: '二', number: 2, total: 2 },
    ]);
  });

  it('are undone newest first, the failed one included; what cannot be undone never hides the first error', async () => {
    const undone: string[] = [];
    const step = (title: string, fails: boolean): Step => ({
      ...{ title, zh: title, detail: title },
      do: async () => {
        if (fails) throw new Error(`${title} failed`);
      },
      undo: async () => {
        undone.push(title);
        if (title === 'b') throw new Error('stuck');
      },
    });
    const io = listening();
    const all = apply([step('a', false), step('b', false), step('c', true), step('d', false)], recording(), io);
    await expect(all).rejects.toThrow('c failed');
    expect(undone).toEqual(['c', 'b', 'a']);
    expect(io.events.at(-1)).toEqual({ type: 'warn', message: '"b" could not be undone: stuck' });
  });

  it('print as one would type them', () => {
    expect(shown(['docker', 'run', "it's", 'a b', '--x=1'])).toBe(`docker run 'it'\\''s' 'a b' --x=1`);
  });
});

describe('child processes', () => {
  const runner = openRunner({ ...process.env, COMPOSE_PROJECT_NAME: 'elsewhere', KEPT: 'yes' });
  const node = (code: string) => [process.execPath, '-e', code];

  it('see the environment, but no COMPOSE_ variables of this terminal', async () => {
    const { out } = await runner.run(
      node('console.log(process.env.COMPOSE_PROJECT_NAME, process.env.KEPT, process.env.ADDED)'),
      {
        env: { ADDED: '1' },
      },
    );
    expect(out).toBe('undefined yes 1');
  });

  it('take no word for more than a word', async () => {
    const { out } = await runner.run([...node('console.log(process.argv[1])'), '$(id); `id` && *']);
    expect(out).toBe('$(id); `id` && *');
  });

  it('are an error of one sentence when they fail, and another when they are not there', async () => {
    await expect(runner.run(node('console.error("a\\nlast words"); process.exitCode = 3'))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('failed (3): last words'),
      details: { code: 3, err: 'a\nlast words' },
    });
    await expect(runner.run(['no-such-program-at-all'])).rejects.toMatchObject({
      code: 'unavailable',
      details: { code: 'ENOENT' },
    });
    expect((await runner.run(node('process.exitCode = 1'), { codes: [0, 1] })).code).toBe(1);
  });

  it('write whole files with their mode, and leave nothing beside them', async () => {
    const dir = folder();
    await runner.write(join(dir, 'sub/a'), 'one', 0o444);
    await runner.write(join(dir, 'sub/a'), 'two', 0o444);
    expect(readFileSync(join(dir, 'sub/a'), 'utf8')).toBe('two');
    expect(statSync(join(dir, 'sub/a')).mode & 0o777).toBe(0o444);
    expect(readdirSync(join(dir, 'sub'))).toEqual(['a']);
  });
});

describe('the lock', () => {
  it('names its holder, and goes with the work', async () => {
    const dir = folder();
    await locked(dir, 'stack up', async () => {
      expect(await holderOf(dir)).toMatchObject({ verb: 'stack up', pid: process.pid, host: hostname() });
      await expect(locked(dir, 'stack down', async () => {})).rejects.toMatchObject({
        code: 'locked',
        message: expect.stringContaining(`process ${process.pid}`),
      });
    });
    expect(await holderOf(dir)).toBeUndefined();
    await expect(locked(dir, 'x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await holderOf(dir)).toBeUndefined();
  });

  it('of a process that has gone is taken over; of another machine never, however old', async () => {
    const dir = folder();
    const hold = (host: string, pid: number) => {
      mkdirSync(join(dir, '.lock'), { recursive: true });
      const at = new Date(Date.now() - 60_000).toISOString();
      writeFileSync(
        join(dir, '.lock/holder.json'),
        JSON.stringify({ who: 'w', host, pid, verb: 'stack up', since: at, heartbeat: at }),
      );
    };
    hold(hostname(), 2 ** 22 + 1);
    expect(isStale((await holderOf(dir))!)).toBe(true);
    expect(await locked(dir, 'x', async () => 'ran')).toBe('ran');
    hold('another-machine', 1);
    await expect(locked(dir, 'x', async () => {})).rejects.toMatchObject({
      hint: expect.stringContaining('rag lock break'),
    });
  });
});
