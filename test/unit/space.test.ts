import { describe, expect, it } from 'vitest';
import { namesOf } from '../../src/client/spaces.ts';
import { inSpaces, isSpaced, spaceOf, withoutSpace } from '../../src/space.ts';
import type { Stamp } from '../../src/store/store.ts';

describe('names that are one collection’s alone', () => {
  it('lead nowhere but down, and are those of one collection, whatever it is called', () => {
    const collections = ['tea', '茶', 'a b', 'a/b', 'a', '..', '.', '../../etc', 'a:', 'a%3A', 'c:\\x', '\n', 'tea:'];
    const spaces = collections.map(spaceOf);
    expect(spaceOf('茶')).toBe('茶:/');
    expect(new Set(spaces).size).toBe(collections.length);
    for (const space of spaces) {
      expect(space.slice(0, -2)).not.toMatch(/[/\\:\u0000-\u001f]|^\./);
      expect(isSpaced(`${space}docs/x.md`)).toBe(true);
      expect(withoutSpace(`${space}docs/x.md`)).toBe('docs/x.md');
    }
    for (const [i, space] of spaces.entries())
      expect(collections.filter((one) => inSpaces(`${space}x.md`, [one]))).toEqual([collections[i]]);
    for (const source of ['x.md', 'docs/x.md', 'web/a.b/x', 'docs/a:/x', ':/x', '/a/b'])
      expect([isSpaced(source), withoutSpace(source)]).toEqual([false, source]);
  });

  it('are those of files here, where the server says whose they are', () => {
    const stamp = { bytes: 1, mtimeMs: 1, sha256: '', document: true, collection: 'tea', tags: {} } satisfies Stamp;
    const known = ['both.md', 'plain.md', 'tea:/both.md', 'tea:/own.md', 'tea:/a.zip!/m.md', 'pay:/x.md'];
    const stamps = new Map(known.map((source): [string, Stamp] => [source, { ...stamp, tags: { source } }]));
    const tea = namesOf({ stamps, space: 'tea:/' });
    expect([...tea.stamps.keys()].sort()).toEqual(['a.zip!/m.md', 'both.md', 'own.md', 'plain.md']);
    expect(tea.stamps.get('both.md')?.tags.source).toBe('tea:/both.md');
    expect(['both.md', 'plain.md', 'own.md', 'new.md'].map(tea.there)).toEqual([
      ...['tea:/both.md', 'plain.md', 'tea:/own.md', 'tea:/new.md'],
    ]);
    expect(['tea:/own.md', 'plain.md'].map(tea.here)).toEqual(['own.md', 'plain.md']);
    const all = namesOf({ stamps });
    expect([...all.stamps.keys()]).toEqual(['both.md', 'plain.md']);
    expect([all.there('x.md'), all.here('tea:/x.md')]).toEqual(['x.md', 'tea:/x.md']);
  });
});
