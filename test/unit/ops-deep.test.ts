import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RagError } from '../../src/errors.ts';
import { deepStatus } from '../../src/ops/deep.ts';
import type { Service } from '../../src/ops/inspect.ts';
import { certified } from '../support/certified.ts';
import { container, facts, recording, service } from '../support/ops.ts';

const letter = { name: 'ingest', data: { source: 'a.pdf' }, reason: 'it broke three workers', tries: 3 };
const home = {
  ...{ documents: 2, chunks: 9, embedded: 9, degraded: true },
  checks: [
    { name: 'tables', status: 'ok', detail: 'PostgreSQL' },
    { name: 'replica', status: 'warn', detail: '80 MB behind: searches go to the primary', hint: 'see there' },
    { name: 'jobs', status: 'warn', detail: '5 wait, 1 were set aside', hint: 'rag worker --retry' },
  ],
  queue: { waiting: 5, active: 1, delayed: 0, dead: 1 },
  deadLetters: [letter],
};
const API = service('api', 'app');
const running = (services: Service[] = [API]) => facts({ services, containers: services.map((one) => container(one)) });
const ask = (answer: object | Error, these = running(), url = 'http://127.0.0.1:8080') => {
  const said = answer instanceof Error ? answer : { code: 3, out: JSON.stringify({ ok: true, result: answer }) };
  return deepStatus(recording({ 'docker exec api-id': said }), these, url);
};

afterEach(() => void vi.useRealTimers());

describe('rag stack status --deep', () => {
  it('has what the home says of itself: jobs, those set aside, the replica', async () => {
    const { checks, ...rest } = await ask(home);
    expect(checks).toEqual([
      { name: 'store', status: 'ok', detail: '2 documents, 9 of 9 passages with a vector' },
      { name: 'tables', status: 'ok', detail: 'PostgreSQL' },
      { name: 'replica', status: 'warn', detail: '80 MB behind: searches go to the primary' },
      { name: 'jobs', status: 'warn', detail: '5 wait, 1 were set aside' },
    ]);
    expect(rest).toEqual({ queue: home.queue, deadLetters: [letter] });
  });

  it('names what is down, in the API and below it', async () => {
    const { documents: _, ...down } = {
      ...home,
      checks: [{ name: 'jobs', status: 'fail', detail: 'no answer in 10 s' }],
    };
    expect((await ask(down)).checks).toEqual([
      { name: 'store', status: 'fail', detail: 'cannot be read' },
      { name: 'jobs', status: 'fail', detail: 'no answer in 10 s' },
    ]);
    const broken = new RagError('unavailable', 'docker left with 4', {
      details: { err: 'x\nrag: no such database\n' },
    });
    expect(await ask(broken)).toEqual({
      ...{ checks: [{ name: 'store', status: 'fail', detail: 'rag: no such database' }], deadLetters: [] },
    });
    expect((await ask(home, facts({ services: [API] }))).checks).toEqual([
      { name: 'store', status: 'fail', detail: 'does not run' },
    ]);
  });

  it.each([
    [0, 'ok', /^(59|60) days left \(until \d{4}-\d\d-\d\d\)$/],
    [50, 'warn', /^(9|10) days left/],
    [61, 'fail', /^expired on/],
  ])('says how long the certificate is good that is shown, made for 60 days %i ago', async (days, status, detail) => {
    const server = createServer(certified('rag.example', 60));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const door = service('nginx', 'edge', { ports: [{ address: '0.0.0.0', port, target: 8443 }] });
    const { checks } = await ask(home, running([door, API]), 'https://rag.example');
    expect(checks.at(-1)).toEqual({ name: 'certificate', status, detail: expect.stringMatching(detail) });
    await new Promise((closed) => server.close(closed));
    expect((await ask(home, running([door, API]), 'https://rag.example')).checks.at(-1)).toMatchObject({
      ...{ name: 'certificate', status: 'fail', detail: expect.stringContaining('ECONNREFUSED') },
    });
  });
});
