import type { Container, Facts, Service, Stage } from '../../src/ops/inspect.ts';
import type { Ran, Runner } from '../../src/ops/step.ts';
import type { Event, Io } from '../../src/types.ts';

/** Writes down what is done to it; answers by the first words of a command. */
export function recording(answers: Record<string, Partial<Ran> | Error> = {}): Runner & { done: string[] } {
  const done: string[] = [];
  return {
    done,
    async run(argv) {
      const line = argv.join(' ');
      done.push(line);
      const known = Object.keys(answers).find((words) => line.startsWith(words));
      const answer = known === undefined ? {} : answers[known]!;
      if (answer instanceof Error) throw answer;
      return { code: 0, out: '', err: '', ...answer };
    },
    async write(path, text) {
      done.push(`write ${path} ${text.length}`);
    },
  };
}

export function listening(): Io & { events: Event[] } {
  const events: Event[] = [];
  return { events, report: (event) => void events.push(event), signal: new AbortController().signal };
}

const IMAGE = {
  postgres: 'postgres:18',
  redis: 'redis:8',
  bucket: 'silo:1',
  migrate: 'rag:1',
  api: 'rag:1',
  worker: 'rag:1',
  nginx: 'nginx:1',
};

export function service(name: keyof typeof IMAGE, stage: Stage, more: Partial<Service> = {}): Service {
  return {
    name,
    stage,
    rolling: false,
    image: IMAGE[name],
    replicas: 1,
    hash: `${name}-1`,
    ports: [],
    after: [],
    ...more,
  };
}

export function container(of: Service, more: Partial<Container> = {}): Container {
  return {
    ...{
      id: `${of.name}-id`,
      name: `rag-${of.name}-1`,
      service: of.name,
      state: 'running',
      health: 'healthy',
      exit: 0,
    },
    ...{ restarts: 0, hash: of.hash, image: `digest of ${of.image}`, started: '2026-01-01T00:00:00Z', ...more },
  };
}

/** A small stack: two stores, two one-shots, two processes and the door; nothing of it runs. */
export function facts(more: Partial<Facts> = {}): Facts {
  const services = [
    service('nginx', 'edge', { ports: [{ address: '0.0.0.0', port: 8080, target: 8080 }], after: ['api'] }),
    service('api', 'app', { rolling: true, after: ['migrate'] }),
    service('worker', 'app', { after: ['migrate'] }),
    service('migrate', 'prepare', { after: ['bucket'] }),
    service('bucket', 'prepare'),
    service('postgres', 'data'),
    service('redis', 'data'),
  ];
  return {
    ...{ folder: '/srv/rag', project: 'rag', services, containers: [], secrets: [] },
    engine: { version: '28.0.0', compose: '2.40.3', os: 'linux', arch: 'amd64' },
    images: new Map(Object.values(IMAGE).map((image) => [image, `digest of ${image}`])),
    volumes: new Map([
      ['rag_postgres', false],
      ['rag_redis', true],
    ]),
    ...more,
  };
}
