import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { SECRETS } from '../../src/ops/secrets.ts';

interface Service {
  image?: string;
  ports?: string[];
  healthcheck?: object;
  restart?: string;
  labels?: Record<string, string>;
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  logging?: object;
  init?: boolean;
  mem_limit?: string;
  networks?: string[] | object;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
}
interface File {
  name?: string;
  services: Record<string, Service>;
  volumes?: Record<string, { external?: boolean }>;
  networks?: Record<string, { internal?: boolean }>;
  secrets?: Record<string, { file: string }>;
}

const FILES = readdirSync('compose').filter((name) => name.startsWith('compose.'));
const OVERRIDE = ['!override', '!reset'].map((tag) => ({ tag, resolve: (value: unknown) => value }));
const customTags = [
  ...OVERRIDE.map(({ tag }) => ({ tag, collection: 'seq' as const })),
  ...OVERRIDE.map(({ tag }) => ({ tag, collection: 'map' as const })),
  ...OVERRIDE,
];
const read = (name: string) =>
  parse(readFileSync(join('compose', name), 'utf8'), { merge: true, customTags: customTags as never }) as File;
const main = read('compose.yaml');
const once = (service: Service) => service.restart === 'no';

describe('compose.yaml', () => {
  it('publishes nothing but nginx', () => {
    const open = Object.entries(main.services).filter(([, { ports }]) => ports !== undefined);
    expect(open.map(([name]) => name)).toEqual(['nginx']);
  });

  it('confines every service, checks its health, bounds its memory and its log', () => {
    for (const [name, service] of Object.entries(main.services)) {
      expect(service, name).toMatchObject({
        ...{ cap_drop: ['ALL'], read_only: true, init: true, security_opt: ['no-new-privileges:true'] },
        ...{ mem_limit: expect.any(String), logging: { driver: 'json-file' } },
        ...{ restart: once(service) ? 'no' : 'unless-stopped', labels: { 'rag.stage': expect.any(String) } },
      });
      if (!once(service)) expect(service.healthcheck, name).toBeDefined();
    }
  });

  it('keeps databases in a network without a way out', () => {
    expect(main.networks!.data).toEqual({ internal: true });
    for (const name of ['postgres', 'redis', 'qdrant', 'objectstore'])
      expect(main.services[name]!.networks).toEqual(['data']);
    expect(main.services.nginx!.networks).not.toContain('data');
  });

  it('has external volumes only, so that no command of Compose deletes data', () => {
    for (const name of FILES)
      for (const volume of Object.values(read(name).volumes ?? {})) expect(volume).toMatchObject({ external: true });
  });

  it('gives secrets by file, and the header names every volume', () => {
    for (const name of FILES)
      for (const [secret, { file }] of Object.entries(read(name).secrets ?? {}))
        expect(file).toBe(`./secrets/${secret}`);
    expect(Object.keys(main.secrets!).filter((name) => !(name in SECRETS))).toEqual([]);
    for (const { environment = {} } of Object.values(main.services))
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|_KEY$|SECRET|TOKEN/.test(name)) expect(`${name}=${value}`).toMatch(/_FILE=/);
    const header = /for v in ([\w ]+);/.exec(readFileSync('compose/compose.yaml', 'utf8'))![1]!.split(' ');
    expect(header.sort()).toEqual(Object.keys(main.volumes!).sort());
  });

  it('waits for health, not for a start', () => {
    for (const service of Object.values(main.services))
      for (const { condition } of Object.values(service.depends_on ?? {}))
        expect(condition).not.toBe('service_started');
  });
});

it('names a version of every image, never latest but of our own', () => {
  for (const name of FILES)
    for (const { image } of Object.values(read(name).services))
      if (image && !image.includes('RAG_')) expect(image).toMatch(/^\$\{\w+_IMAGE:-[\w./-]+:[\w.-]*\d[\w.-]*\}$/);
});

it('opens what watches to this machine alone', () => {
  for (const [name, { ports = [] }] of Object.entries(read('compose.observability.yaml').services))
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
});

it('has dashboards that ask for what the API measures', () => {
  const measured = readFileSync('src/api/metrics.ts', 'utf8');
  const dir = 'compose/grafana/dashboards';
  const texts = [
    ...readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8')),
    readFileSync('compose/prometheus/rules.yml', 'utf8'),
  ];
  const used = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\brag_([a-z_]+?)(?:_count|_bucket)?\b(?=[{[)\s,])/g)].map(([, metric]) => metric!),
    ),
  );
  expect(used.size).toBeGreaterThan(5);
  const dynamic = /^(queries|searches|tokens|dollars|documents)_total$|^home_(documents|chunks|embedded|bytes)$/;
  expect([...used].filter((metric) => !measured.includes(`rag_${metric}`) && !dynamic.test(metric))).toEqual([]);
});

const schema = join(process.env.RAG_SCHEMAS ?? '../shared/schemas', 'compose-spec/compose-spec.json');
describe.skipIf(!existsSync(schema))('by the schema of the Compose Specification', () => {
  const { $schema, ...rest } = existsSync(schema) ? JSON.parse(readFileSync(schema, 'utf8')) : {};
  const valid = new Ajv({ strict: false, validateFormats: false }).compile(rest);
  it.each(FILES)('%s', (name) => {
    valid(read(name));
    expect(valid.errors).toBeNull();
  });
});

it('has YAML that is YAML', () => {
  for (const name of [
    'prometheus/prometheus.yml',
    'prometheus/rules.yml',
    'loki/loki.yaml',
    'grafana/provisioning/datasources/rag.yaml',
  ])
    for (const document of parseAllDocuments(readFileSync(join('compose', name), 'utf8')))
      expect(document.errors).toEqual([]);
});
