import { describe, expect, it } from 'vitest';
import { planDestroy } from '../../src/ops/destroy.ts';
import type { Folder } from '../../src/ops/folder.ts';
import { withVariable } from '../../src/ops/folder.ts';
import type { Container, Facts } from '../../src/ops/inspect.ts';
import { addressOf, planDown, planRestart, planScale } from '../../src/ops/stack.ts';
import { statusOf } from '../../src/ops/status.ts';
import { planUp } from '../../src/ops/up.ts';
import { planVendor } from '../../src/ops/vendor.ts';
import { container, facts } from '../support/ops.ts';

const OPTIONS = { wait: 60, builds: new Map(), rebuild: false, postgres: '18' };
const folder = {
  path: '/srv/rag',
  project: 'rag',
  files: [],
  env: {},
  model: { wait: 60, free_disk: 0, prove: true },
} as Folder;
const up = 'docker compose up --detach --no-deps --quiet-pull --wait --wait-timeout 60';
const once = 'docker compose run --rm --no-deps --no-TTY --quiet-pull';
const details = (state: Facts, options = OPTIONS) => planUp(state, options).map(({ detail }) => detail);

/** Everything runs as described, but for what is given. */
function running(changes: Record<string, Partial<Container>> = {}, more: Partial<Facts> = {}): Facts {
  const state = facts({ volumes: new Map([['rag_postgres', true]]), ...more });
  const containers = state.services
    .filter(({ stage }) => stage !== 'prepare')
    .map((service) => container(service, changes[service.name]));
  return { ...state, containers };
}

describe('rag stack up', () => {
  it('on an empty machine: images, volumes, stores, one-shots in order, processes, door', () => {
    const state = facts();
    state.images.delete('redis:8');
    expect(details(state)).toEqual([
      'docker pull --quiet redis:8',
      'docker volume create --label rag.project=rag --label rag.postgres=18 rag_postgres',
      `${up} postgres redis`,
      `${once} bucket`,
      `${once} migrate`,
      `${up} api worker`,
      `${up} nginx`,
    ]);
  });

  it('does nothing where all is as described', () => expect(details(running())).toEqual([]));

  it('builds our own images and pulls no others', () => {
    const state = running();
    const build = {
      ...{ root: '/p', version: '1', target: 'rag' as const, tag: 'rag:1', arch: 'amd64' },
      ...{ nodeImage: 'node:22', nginxImage: 'nginx:1' },
    };
    state.images.delete('rag:1');
    const [first] = details(state, { ...OPTIONS, builds: new Map([['rag:1', build]]) });
    expect(first).toMatch(/^docker build --quiet --network none --target rag --tag rag:1 .* CONTEXT$/);
  });

  it('replaces replicas that serve only when others do', () => {
    expect(details(running({ api: { hash: 'older' } }))).toEqual([
      `${once} bucket`,
      `${once} migrate`,
      'docker compose up --detach --no-deps --no-recreate --quiet-pull --scale api=2 api',
      expect.stringContaining('docker inspect, at most 60 s'),
      'docker compose kill --signal HUP nginx',
      'docker stop --time 30 rag-api-1 && docker rm --volumes rag-api-1',
      'docker compose kill --signal HUP nginx',
    ]);
  });

  it('replaces them where the name of the image means another one now', () => {
    expect(
      details(running({ api: { image: 'digest of before' } })).some((line) => line.includes('--scale api=2')),
    ).toBe(true);
  });

  it('does not wait for what is unhealthy as it is', () => {
    expect(details(running({ redis: { health: 'unhealthy' } })).slice(0, 2)).toEqual([
      'docker compose restart redis',
      `${up} redis`,
    ]);
  });

  it('starts the door alone where only that is missing', () => {
    expect(details(running({ nginx: { state: 'exited', health: 'none' } }))).toEqual([`${up} nginx`]);
  });
});

describe('other plans', () => {
  it('down never names volumes', () => {
    expect(planDown(folder).map(({ detail }) => detail)).toEqual(['docker compose down --remove-orphans']);
  });

  it('restart knows its services', () => {
    expect(planRestart(folder, ['api'], running())[0]!.detail).toBe('docker compose restart api');
    expect(() => planRestart(folder, ['apu'], running())).toThrow('there is no service apu');
  });

  it('scale is noted in .env, and only for what can be many', () => {
    const details = planScale(folder, running(), { api: 3 }, 'A=1\n#API_REPLICAS=\n').map(({ detail }) => detail);
    expect(details[0]).toBe('write /srv/rag/.env: API_REPLICAS=3');
    expect(details[1]).toMatch(/^docker compose up .*--no-recreate .* api$/);
    expect(() => planScale(folder, running(), { postgres: 2 }, '')).toThrow('postgres is one');
  });

  it('vendor saves every image under its name', () => {
    expect(planVendor(running(), '/m/rag.tar').at(-1)!.detail).toBe(
      'docker save --output /m/rag.tar nginx:1 postgres:18 rag:1 redis:8 silo:1',
    );
  });

  it('destroy wants the name in full, and a backup or a word that none is wanted', () => {
    const state = running();
    expect(() => planDestroy(state, 'rug', true)).toThrow('this stack is rag, not rug');
    expect(() => planDestroy(state, 'rag', false)).toThrow('no verified backup');
    expect(planDestroy(state, 'rag', true).map(({ detail }) => detail)).toEqual([
      'docker compose down --remove-orphans',
      'docker volume rm rag_postgres',
    ]);
  });

  it('status has a row for what is missing, and says what differs', () => {
    const state = running({ worker: { hash: 'older' } });
    const rows = statusOf({ ...state, containers: state.containers.filter(({ service }) => service !== 'redis') });
    expect(rows.find(({ service }) => service === 'redis')).toMatchObject({ state: 'missing', ok: false });
    expect(rows.find(({ service }) => service === 'worker')).toMatchObject({ drift: true, ok: false });
    expect(rows.find(({ service }) => service === 'api')).toMatchObject({ ok: true });
    expect(rows.some(({ service }) => service === 'migrate')).toBe(false);
  });
});

it('every step has a name in both languages', () => {
  const rolling = running({ api: { hash: 'old' }, redis: { health: 'unhealthy' } });
  const steps = [
    ...planUp(facts(), OPTIONS),
    ...planUp(rolling, OPTIONS),
    ...planDown(folder),
    ...planRestart(folder, [], rolling),
    ...planScale(folder, rolling, { api: 3 }, ''),
    ...planVendor(rolling, '/tmp/all.tar'),
    ...planDestroy(rolling, 'rag', true),
  ];
  for (const { title, zh } of steps) {
    expect(title).not.toMatch(/\p{Script=Han}/u);
    expect(zh, title).toMatch(/\p{Script=Han}/u);
  }
  // What a step is about is named in both.
  expect(steps.find(({ title }) => title.startsWith('delete'))).toMatchObject({
    ...{ title: 'delete the volume rag_postgres', zh: '删除数据卷 rag_postgres' },
  });
});

describe('where it is reached', () => {
  const at = (address: string, port: number, target: number, env = {}) => {
    const state = facts();
    state.services.find(({ name }) => name === 'nginx')!.ports = [{ address, port, target }];
    return addressOf({ ...folder, env }, state);
  };
  it('is the port of the door, with TLS where it has it, or what .env says', () => {
    expect(at('0.0.0.0', 8080, 8080)).toBe('http://127.0.0.1:8080');
    expect(at('127.0.0.1', 443, 8443)).toBe('https://localhost:443');
    expect(at('0.0.0.0', 18443, 8443)).toBe('https://localhost:18443');
    expect(at('0.0.0.0', 443, 8443, { RAG_URL: 'https://rag.example.org/' })).toBe('https://rag.example.org');
  });
});

describe('.env', () => {
  it('keeps everything but the one line', () => {
    expect(withVariable('# a\nA=1\nB=2\n', 'A', '3')).toBe('# a\nA=3\nB=2\n');
    expect(withVariable('#A=\nB=2\n', 'A', '$&')).toBe('A=$&\nB=2\n');
    expect(withVariable('B=2', 'A', '1')).toBe('B=2\nA=1\n');
    expect(withVariable('XA=1\n', 'A', '1')).toBe('XA=1\nA=1\n');
  });
});
