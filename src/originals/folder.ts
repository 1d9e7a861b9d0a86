import { statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Originals } from './originals.ts';

/** Files below the home's folder, and elsewhere on this machine unless `inside`. */
export function folderOriginals(root: string, { inside = false } = {}): Originals {
  return {
    async hold(source) {
      const parts = source.split('!/');
      // `!/` may also stand in a folder's name.
      for (let n = 1; n <= parts.length; n++) {
        const path = resolve(root, parts.slice(0, n).join('!/'));
        if (inside && leavesRoot(root, path)) return undefined;
        if (statSync(path, { throwIfNoEntry: false })?.isFile())
          return { path, name: lastName(path.split(sep).join('/')), members: parts.slice(n), release() {} };
      }
      return undefined;
    },
  };
}

function leavesRoot(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
