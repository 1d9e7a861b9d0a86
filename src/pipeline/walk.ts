import { existsSync, lstatSync, type Stats, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import type { Problem } from '../types.ts';

export interface WalkInput {
  /** Files, folders or globs, relative to `cwd`. */
  paths: string[];
  cwd: string;
  /** The folder that holds `.rag/`: sources are relative to it. */
  root: string;
  /** Globs over the path below the folder given; empty: all. */
  include: string[];
  exclude: string[];
  signal: AbortSignal;
}

export interface Found {
  path: string;
  source: string;
  bytes: number;
  mtimeMs: number;
  /** What is no file on the disk: standard input, or a member of an archive or a mail. */
  content?: Uint8Array;
  /** Containers around it. */
  depth?: number;
}

export interface Walk {
  files: Found[];
  /** What could not be looked at, or is left out by name. */
  problems: { source: string; status: 'skipped' | 'failed'; problem: Problem }[];
  /** Whether a known source that was not found is gone: it lies below a path given, and that place could be read. */
  covers(source: string): boolean;
}

const IGNORE_FILES = ['.gitignore', '.ragignore'];

/** The ignore files that apply to a folder, outermost first, each with the folder it stands in. */
type Rules = { dir: string; rules: Ignore }[];

/** Everything below the paths, sorted by source; hidden files, `node_modules` and ignored files left out, each folder entered once. */
export async function walk(input: WalkInput): Promise<Walk> {
  const files = new Map<string, Found>();
  const problems: Walk['problems'] = [];
  const folders: string[] = [];
  const unreadable: string[] = [];
  const entered = new Set<string>();
  const wanted = nameFilter(input);
  const sourceOf = (path: string) => sourceName(input.root, path);
  const fail = (path: string, problem: Problem, status: 'skipped' | 'failed' = 'failed') =>
    problems.push({ source: sourceOf(path), status, problem });

  const take = (path: string, stats: Stats) => {
    const source = sourceOf(path);
    if (stats.isFile()) files.set(source, { path, source, bytes: stats.size, mtimeMs: stats.mtimeMs });
    else fail(path, { code: 'unsupported', reason: 'not a regular file' }, 'skipped');
  };

  async function enter(dir: string, stats: Stats, outer: Rules, base: string): Promise<void> {
    input.signal.throwIfAborted();
    const identity = `${stats.dev}:${stats.ino}`;
    if (entered.has(identity)) return;
    entered.add(identity);
    const rules = await addRules(outer, dir);
    let entries: string[];
    try {
      entries = (await readdir(dir)).sort();
    } catch (error) {
      unreadable.push(dir);
      fail(dir, { code: 'unreadable', reason: reasonOf(error) });
      return;
    }
    for (const name of entries) {
      if (name.startsWith('.') || name === 'node_modules') continue;
      const path = join(dir, name);
      const stats = look(path);
      if (!('isFile' in stats)) {
        if (!ignored(rules, path, false)) fail(path, stats);
        continue;
      }
      if (ignored(rules, path, stats.isDirectory())) continue;
      if (stats.isDirectory()) await enter(path, stats, rules, base);
      else if (wanted(relative(base, path).split(sep).join('/'))) take(path, stats);
    }
  }

  for (const argument of input.paths) {
    const path = resolve(input.cwd, argument);
    const stats = look(path);
    if ('isFile' in stats) {
      if (stats.isDirectory()) {
        folders.push(path);
        await enter(path, stats, await outerRules(path, input.root), path);
      } else {
        take(path, stats);
      }
      continue;
    }
    const matches = /[*?[{]/.test(argument) ? await expand(argument, input) : [];
    if (matches.length === 0) fail(path, stats);
    for (const match of matches) {
      const found = look(match);
      if ('isFile' in found) take(match, found);
    }
  }
  const below = (folder: string, path: string) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  return {
    files: [...files.values()].sort((a, b) => (a.source < b.source ? -1 : 1)),
    problems,
    covers(source) {
      const path = resolve(input.root, source);
      if (unreadable.some((dir) => below(dir, path))) return false;
      return folders.some((folder) => below(folder, path) && wanted(relative(folder, path).split(sep).join('/')));
    },
  };
}

/** Path of a file as it is shown and stored: relative to the home's folder, absolute outside it. */
export function sourceName(root: string, path: string): string {
  const inside = relative(root, path);
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside;
  return (outside ? path : inside).split(sep).join('/') || '.';
}

/** The absolute path, if it lies below the home's folder (or is it). Links are not followed: they are the user's own. */
export function belowRoot(root: string, path: string): string | undefined {
  const full = resolve(root, path);
  const way = relative(root, full);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : full;
}

/** Globs without a slash are about the last name. */
export function nameFilter({ include, exclude }: Pick<WalkInput, 'include' | 'exclude'>): (path: string) => boolean {
  const matcher = (globs: string[]) => {
    const matchers = globs.map((glob) =>
      picomatch(glob.replace(/\/+$/, '/**'), { basename: !glob.includes('/'), dot: true }),
    );
    return (path: string) => matchers.some((match) => match(path));
  };
  const included = include.length === 0 ? () => true : matcher(include);
  const excluded = matcher(exclude);
  return (path) => included(path) && !excluded(path);
}

/** Follows links; a dangling one, or a name that cannot be decoded, is a problem with its reason. Synchronous: ten times faster a file. */
function look(path: string): Stats | Problem {
  try {
    return statSync(path);
  } catch (error) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      return { code: 'missing', reason: 'a link that leads nowhere' };
    const { code } = error as NodeJS.ErrnoException;
    return { code: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return message;
}

async function addRules(outer: Rules, dir: string): Promise<Rules> {
  const rules = ignore();
  let found = false;
  for (const name of IGNORE_FILES) {
    const text = await readFile(join(dir, name), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    rules.add(text);
    found = true;
  }
  return found ? [...outer, { dir, rules }] : outer;
}

/** Ignore files above the folder given, up to the top of its repository or to the home's folder. */
async function outerRules(dir: string, root: string): Promise<Rules> {
  const above: string[] = [];
  let top = 0;
  for (let at = dir; dirname(at) !== at; at = dirname(at)) {
    if (at === root || existsSync(join(at, '.git'))) top = above.length;
    above.push(dirname(at));
  }
  let rules: Rules = [];
  for (const folder of above.slice(0, top).reverse()) rules = await addRules(rules, folder);
  return rules;
}

/** The innermost file that says something decides, as git does. */
function ignored(rules: Rules, path: string, folder: boolean): boolean {
  for (let i = rules.length - 1; i >= 0; i--) {
    const { dir, rules: own } = rules[i]!;
    const name = relative(dir, path).split(sep).join('/') + (folder ? '/' : '');
    const verdict = own.test(name);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

/** A quoted glob: what a shell would have made of it, `**` included. */
async function expand(glob: string, { cwd, signal }: WalkInput): Promise<string[]> {
  const { base } = picomatch.scan(glob);
  const match = picomatch(resolve(cwd, glob).split(sep).join('/'));
  const found: string[] = [];
  const visit = async (dir: string): Promise<void> => {
    signal.throwIfAborted();
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
      if (basename(entry.name).startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(dir, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (match(path.split(sep).join('/'))) found.push(path);
    }
  };
  await visit(resolve(cwd, base || '.'));
  return found.sort();
}
