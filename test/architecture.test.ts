import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import what of ours: by the first folder (or file) below src/. Port files are named in full. */
const MAY: Record<string, string[]> = {
  'types.ts': [],
  'errors.ts': [],
  'units.ts': [],
  'breaker.ts': ['errors.ts'],
  'closest.ts': [],
  'root.ts': [],
  'int8.ts': [],
  'space.ts': [],
  'settings.ts': ['units.ts'],
  'config.ts': ['errors.ts', 'settings.ts', 'closest.ts'],
  text: ['text', 'types.ts', 'errors.ts'],
  'store/store.ts': ['types.ts'],
  'models/models.ts': ['types.ts'],
  'models/named.ts': ['errors.ts'],
  'ocr/ocr.ts': ['types.ts'],
  'chats/chats.ts': ['types.ts'],
  'accounts/accounts.ts': [],
  accounts: ['accounts', 'postgres', 'limits/limits.ts', 'errors.ts'],
  limits: ['limits'],
  remote: ['remote', 'errors.ts'],
  'access.ts': ['settings.ts', 'accounts', 'limits'],
  'originals/originals.ts': [],
  originals: ['originals', 'blobs/blobs.ts', 'postgres'],
  postgres: ['postgres', 'breaker.ts', 'errors.ts'],
  'blobs/blobs.ts': [],
  blobs: ['blobs', 'breaker.ts', 'errors.ts'],
  'queue/queue.ts': ['types.ts'],
  queue: ['queue', 'breaker.ts', 'types.ts', 'errors.ts'],
  chats: ['chats', 'postgres', 'types.ts', 'errors.ts'],
  'readers/reader.ts': ['types.ts', 'ocr/ocr.ts'],
  store: ['store', 'postgres', 'breaker.ts', 'int8.ts', 'space.ts', 'types.ts', 'errors.ts', 'text'],
  models: ['models', 'types.ts', 'errors.ts', 'text'],
  ocr: ['ocr', 'types.ts', 'errors.ts', 'text'],
  readers: ['readers', 'ocr/ocr.ts', 'types.ts', 'errors.ts', 'text'],
  pipeline: [
    'pipeline',
    'store/store.ts',
    'models/models.ts',
    'chats/chats.ts',
    'originals/originals.ts',
    'readers/reader.ts',
    'readers/sandbox.ts',
    'text',
    'types.ts',
    'errors.ts',
  ],
  'providers.ts': ['settings.ts', 'models'],
  'home.ts': ['settings.ts', 'errors.ts', 'migrations.ts', 'postgres', 'store', 'accounts'],
  'migrations.ts': ['postgres', 'store', 'originals', 'chats', 'accounts'],
  'services.ts': ['home.ts', 'settings.ts', 'errors.ts', 'postgres', 'blobs', 'queue', 'originals', 'chats'],
  'scratch.ts': [],
  'jobs.ts': ['originals/register.ts', 'pipeline'],
  'worker.ts': [
    'store/within.ts',
    ...['context.ts', 'wiring.ts', 'services.ts', 'jobs.ts', 'pipeline', 'queue/queue.ts', 'store/store.ts'],
    ...['types.ts', 'errors.ts'],
  ],
  'scheduler.ts': ['context.ts', 'worker.ts', 'jobs.ts'],
  'health.ts': ['context.ts', 'preparations.ts', 'services.ts', 'queue/queue.ts', 'errors.ts', 'units.ts'],
  'preparations.ts': [
    'context.ts',
    'worker.ts',
    'home.ts',
    'migrations.ts',
    'accounts',
    'pipeline',
    'postgres',
    'store',
  ],
  'context.ts': [
    'home.ts',
    'access.ts',
    'providers.ts',
    'config.ts',
    'settings.ts',
    'errors.ts',
    'types.ts',
    'root.ts',
    'store',
    'models',
    'ocr',
    'readers',
    'chats',
    'originals',
    'services.ts',
    'scratch.ts',
  ],
  archive: ['archive', 'store/store.ts', 'int8.ts', 'pipeline/progress.ts', 'text', 'types.ts', 'errors.ts'],
  'prepare-worker.ts': ['ocr/ocr.ts', 'types.ts', 'models/builtin/piece-counter.ts', 'pipeline/prepare.ts', 'readers'],
  'version.ts': ['root.ts'],
  'wiring.ts': ['context.ts', 'version.ts', 'pipeline', 'store/store.ts'],
  migrate: ['migrate', 'archive', 'pipeline', 'store/store.ts', 'chats/chats.ts', 'types.ts', 'errors.ts'],
  client: [
    'client',
    'accounts/accounts.ts',
    'health.ts',
    'migrate/home.ts',
    'pipeline',
    'space.ts',
    'store/store.ts',
    'chats/chats.ts',
    'types.ts',
    'errors.ts',
  ],
  cli: [
    'providers.ts',
    'queue/queue.ts',
    'health.ts',
    'worker.ts',
    'scheduler.ts',
    'preparations.ts',
    'cli',
    'client',
    'wiring.ts',
    'version.ts',
    'api',
    'mcp.ts',
    'tui',
    'context.ts',
    'config.ts',
    'settings.ts',
    'pipeline',
    'archive',
    'migrate',
    'ops',
    'types.ts',
    'errors.ts',
    'units.ts',
    'closest.ts',
    'root.ts',
    'store/store.ts',
    'models/models.ts',
    'models/named.ts',
    'chats/chats.ts',
    'accounts/accounts.ts',
    'accounts/managing.ts',
  ],
  api: [
    'api',
    'context.ts',
    'wiring.ts',
    'services.ts',
    'health.ts',
    'jobs.ts',
    'archive',
    'version.ts',
    'root.ts',
    'pipeline',
    'store/store.ts',
    'store/within.ts',
    'models/models.ts',
    'chats/chats.ts',
    'accounts',
    'limits/limits.ts',
    'remote',
    'types.ts',
    'space.ts',
    'errors.ts',
  ],
  ops: ['ops', 'types.ts', 'errors.ts', 'units.ts'],
  web: ['web'],
  'mcp.ts': ['context.ts', 'wiring.ts', 'version.ts', 'pipeline', 'store/store.ts', 'types.ts', 'errors.ts'],
  tui: ['tui', 'chats/chats.ts', 'types.ts', 'errors.ts'],
  build: ['build', 'settings.ts', 'root.ts', 'api/routes.ts', 'api/schemas.ts'],
};

const SRC = resolve('src');
const GENERATED = 'web/api-types.ts';

function files(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(ts|tsx|mjs)$/.test(name) ? [path] : [];
  });
}

const within = (path: string, allowed: string) => path === allowed || path.startsWith(`${allowed}/`);

/** Imports of ours, static and dynamic, types included. */
function imports(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to]) =>
    relative(SRC, resolve(dirname(path), to!)),
  );
}

const all = files(SRC).map((path) => relative(SRC, path));

describe('the house', () => {
  it('lets each room import only what its row allows', () => {
    const wrong = all.flatMap((path) => {
      const row = MAY[path] ?? MAY[path.split('/')[0]!];
      if (row === undefined) return [`${path} has no row`];
      return imports(join(SRC, path))
        .filter((to) => !row.some((allowed) => within(to, allowed)))
        .map((to) => `${path} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets the page know nothing of ours but the types of the API, which know nothing themselves', () => {
    const packages = all
      .filter((path) => within(path, 'web'))
      .flatMap((path) => [...readFileSync(join(SRC, path), 'utf8').matchAll(/from '([^.'][^']*)'/g)])
      .map(([, name]) => name);
    expect(new Set(packages)).toEqual(new Set(['react', 'react-dom/client']));
    expect(imports(join(SRC, GENERATED))).toEqual([]);
  });

  it('lets no driver import another', () => {
    const drivers = [
      ...['store/sqlite', 'models/builtin', 'models/ollama.ts', 'models/openai.ts', 'ocr/ppocr'],
      ...['blobs/fs.ts', 'blobs/s3.ts', 'queue/memory.ts', 'queue/redis.ts'],
    ];
    const wrong = all.flatMap((path) => {
      const own = drivers.find((driver) => within(path, driver));
      if (own === undefined) return [];
      const others = drivers.filter((driver) => driver !== own);
      return imports(join(SRC, path))
        .filter((to) => others.some((other) => within(to, other)))
        .map((to) => `${path} → ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('keeps files small', () => {
    const long = all.filter(
      (path) => readFileSync(join(SRC, path), 'utf8').split('\n').length > 300 && path !== GENERATED,
    );
    expect(long).toEqual([]);
  });

  it('names drivers in one place only', () => {
    const naming = all.filter((path) =>
      /\.\/store\/(?:sqlite|server)|\.\/models\/(?:builtin|ollama|openai)/.test(readFileSync(join(SRC, path), 'utf8')),
    );
    expect(naming.filter((path) => !within(path, 'models') && !within(path, 'build')).sort()).toEqual([
      'context.ts',
      'home.ts',
      'migrations.ts',
      'preparations.ts',
      'prepare-worker.ts',
      'providers.ts',
    ]);
  });

  it('has one home each for the environment, exit and the console', () => {
    const using = (pattern: RegExp) =>
      all.filter(
        (path) =>
          !within(path, 'build') &&
          pattern.test(readFileSync(join(SRC, path), 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '')),
      );
    expect(using(/process\.env|\bproc\.env\b/)).toEqual([]);
    expect(using(/process\.exit\b/)).toEqual([]);
    expect(using(/\bconsole\./)).toEqual([]);
    expect(using(/from 'execa'/)).toEqual(['ops/exec.ts']);
  });

  it('has no barrels and no default exports', () => {
    const bad = all.filter(
      (path) => /export \* from|export default/.test(readFileSync(join(SRC, path), 'utf8')) && !within(path, 'build'),
    );
    expect(bad).toEqual([]);
    expect(all.filter((path) => path.endsWith('/index.ts'))).toEqual([]);
  });
});
