import { isSpaced } from '../space.ts';
import type { Stamp } from '../store/store.ts';
import type { Known } from './client.ts';

/** The server's names of files, and those that they have here. */
export interface Names {
  /** What is known, by names here; what lies in the space of another collection is no file of this folder. */
  stamps: Map<string, Stamp>;
  there(source: string): string;
  here(source: string): string;
}

export function namesOf({ stamps: known, space }: Pick<Known, 'stamps' | 'space'>): Names {
  const stamps = new Map([...known].filter(([source]) => !isSpaced(source)));
  if (space === undefined) return { stamps, there: (source) => source, here: (source) => source };
  const own = new Set<string>();
  const here = (source: string) => (source.startsWith(space) ? source.slice(space.length) : source);
  for (const [source, stamp] of known)
    if (source.startsWith(space)) {
      own.add(here(source));
      stamps.set(here(source), stamp);
    }
  // Over what is seen under the plain name the file goes there, as the server has it (`api/names.ts`).
  const there = (source: string) => (stamps.has(source) && !own.has(source) ? source : space + source);
  return { stamps, there, here };
}
