import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { writeCorpus } from '../support/corpus.ts';
import { folder } from '../support/rag.ts';

/** A small disk of memory, where this user may mount one. */
const disks: string[] = [];
function disk(options: string): string | undefined {
  const path = folder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status !== 0) return undefined;
  disks.push(path);
  return path;
}
const remount = (path: string, options: string) => spawnSync('mount', ['-o', `remount,${options}`, path]);
afterEach(() => {
  for (const path of disks.splice(0)) spawnSync('umount', [path]);
});

describe('disks', () => {
  // Of several sizes, since each fills up at another step of a commit.
  it.for(['700k', '1500k', '2m', '2500k'])(
    'that fill up at %s: says so, keeps what was reported, goes on when there is room',
    async (size, test) => {
      const home = disk(`size=${size}`);
      if (home === undefined) return test.skip('no right to mount a small disk here');
      const docs = folder();
      writeCorpus(docs, 900);
      const full = await command(home, ['ingest', docs, '--home', home, '--no-embed', '--json', '-v']);
      expect([full.code, JSON.parse(full.out).error.message]).toEqual([5, expect.stringContaining('is full')]);
      const reported = full.err.match(/"status":"added"/g)?.length ?? 0;
      const listed = JSON.parse((await command(home, ['list', '--home', home, '--json'])).out).result.documents.length;
      expect(listed).toBeGreaterThanOrEqual(reported);
      remount(home, 'size=80m');
      const again = await command(home, ['ingest', docs, '--home', home, '--no-embed', '--json']);
      expect([again.code, JSON.parse(again.out).result.unchanged]).toEqual([0, listed]);
    },
  );

  it('that are read-only: searching works, writing is refused in one sentence', async (test) => {
    const home = disk('size=40m');
    if (home === undefined) return test.skip('no right to mount a small disk here');
    cpSync('examples', join(home, 'examples'), { recursive: true });
    expect((await command(home, ['ingest', 'examples'])).code).toBe(0);
    remount(home, 'ro');
    expect((await command(home, ['search', 'backups', '--json'])).code).toBe(0);
    for (const args of [['ingest', 'examples'], ['rm', 'examples'], ['embed'], ['init']]) {
      const { code, err } = await command(home, args);
      expect([code, err], args[0]).toEqual([4, expect.stringMatching(/^rag: .+\n/)]);
      expect(err).not.toContain('    at ');
    }
  });
});
