import picomatch from 'picomatch';
import { isSpaced, withoutSpace } from '../space.ts';
import { hasPhrase } from '../text/phrase.ts';
import type { Filter } from '../types.ts';

/** Globs as people write them: a bare folder means all below it, a pattern without a slash any depth; the space of a collection may be left out. */
export function sourceMatcher(globs: string[]): (source: string) => boolean {
  const matchers = globs.flatMap((glob) => {
    const bare = glob.replace(/^\.\//, '').replace(/\/+$/, '');
    if (!/[\\*?[\]{}()!+@|]/.test(bare)) return plainMatcher(bare);
    return [bare, `${bare}/**`].map((pattern) => picomatch(pattern, { dot: true, basename: !pattern.includes('/') }));
  });
  const any = (name: string) => matchers.some((match) => match(name));
  return (source) => any(source) || (isSpaced(source) && any(withoutSpace(source)));
}

/** The same for a name without signs of a glob, twenty times as fast. */
function plainMatcher(bare: string): (source: string) => boolean {
  const anywhere = `/${bare}`;
  const below = `${bare}/`;
  const isName = !bare.includes('/');
  return (source) => source === bare || source.startsWith(below) || (isName && source.endsWith(anywhere));
}

/** What a filter says of titles. */
export function titleMatches(title: string, filter: Pick<Filter, 'title' | 'notTitle'>): boolean {
  const stands = (words: string[]) => hasPhrase(title, words);
  return (filter.title ?? []).every(stands) && !(filter.notTitle ?? []).some(stands);
}
