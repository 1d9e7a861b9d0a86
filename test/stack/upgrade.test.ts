import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClient } from '../../src/client/client.ts';
import { DOCKER, withService } from '../support/services.ts';
import { type Stack, stack } from '../support/stack.ts';

const CLIENTS = 20;
/** The version before: the same code under an older name, and so another image for Compose. */
const BEFORE = '0.0.1';

withService(DOCKER, () => {
  let ours: Stack;
  let made: string[] = [];
  beforeAll(async () => {
    ours = await stack();
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const env = join(ours.folder, '.env');
    // First the images of now, then those of before: one label more, so that they are others.
    expect((await ours.rag('stack', 'up', '--yes')).code).toBe(0);
    made = ['multi-model-rag', 'multi-model-rag-web'].map((name) => `${name}:${BEFORE}`);
    for (const image of made) {
      const now = image.replace(BEFORE, version);
      writeFileSync(join(ours.folder, 'Before'), `FROM ${now}\nLABEL org.opencontainers.image.version=${BEFORE}\n`);
      await ours.docker(
        'build',
        '--quiet',
        '--network',
        'none',
        '--tag',
        image,
        '--file',
        join(ours.folder, 'Before'),
        ours.folder,
      );
    }
    writeFileSync(
      env,
      readFileSync(env, 'utf8')
        .replaceAll(`:${version}`, `:${BEFORE}`)
        .replace(/^#?API_REPLICAS=.*/m, 'API_REPLICAS=2'),
    );
    const { code, err } = await ours.rag('stack', 'up', '--yes');
    expect(code, err).toBe(0);
  }, 600_000);
  afterAll(async () => {
    await ours?.end();
  });

  const images = async (service: string) =>
    (await ours.docker('compose', 'ps', '--format', '{{.Image}}', service)).split('\n');

  it('replaces the version before while clients ask: none is left without an answer', {
    timeout: 300_000,
  }, async () => {
    expect(await images('api')).toEqual(made.slice(0, 1).flatMap((image) => [image, image]));
    const key = await ours.token();
    let upgrading = true;
    const bare = { asked: 0, failed: [] as string[] };
    const retried = { asked: 0, failed: [] as string[] };
    const quiet = { report() {}, signal: new AbortController().signal };
    const input = { text: 'lighthouse', k: 3, mode: 'lexical' as const, embedBudget: 0, explain: false };
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

    async function asks(): Promise<void> {
      while (upgrading) {
        bare.asked++;
        const status = await fetch(`${ours.url}/api/v1/search`, {
          method: 'POST',
          headers,
          body: JSON.stringify(input),
        }).then(
          async (answer) => {
            await answer.text();
            return answer.status;
          },
          (error: Error) => error.message,
        );
        if (status !== 200) bare.failed.push(String(status));
      }
    }
    async function asksAgain(): Promise<void> {
      const client = openClient({ url: ours.url, key, lang: 'en', note() {} });
      while (upgrading) {
        retried.asked++;
        await client.search(input, quiet).catch((error: Error) => retried.failed.push(error.message));
      }
    }
    const clients = Array.from({ length: CLIENTS }, (_, n) => (n % 2 === 0 ? asks() : asksAgain()));
    const upgraded = await ours.rag('stack', 'upgrade', '--yes', '--json');
    upgrading = false;
    await Promise.all(clients);
    expect(upgraded.code, upgraded.err).toBe(0);
    console.log(
      `upgrade with ${CLIENTS} clients: ${bare.asked + retried.asked} requests, ${bare.failed.length} failed once, ${retried.failed.length} for good`,
    );
    expect(new Set(await images('api'))).toEqual(
      new Set([made[0]!.replace(BEFORE, JSON.parse(readFileSync('package.json', 'utf8')).version)]),
    );
    expect(await images('api')).toHaveLength(2);
    expect(retried.failed).toEqual([]);
    expect(bare.asked + retried.asked).toBeGreaterThan(100);
    expect(bare.failed.length).toBeLessThanOrEqual((bare.asked + retried.asked) / 100);
  });

  it('leaves the old replicas at work when the new ones do not get healthy', { timeout: 300_000 }, async () => {
    const before = await images('api');
    const bad = `multi-model-rag:bad-${ours.name}`;
    writeFileSync(
      join(ours.folder, 'Bad'),
      `FROM ${before[0]}\nENTRYPOINT ["node", "-e", "console.log('EACCES: permission denied, open /run/secrets/jwt_key'); process.exit(process.argv.includes('serve') ? 4 : 0)"]\n`,
    );
    await ours.docker(
      'build',
      '--quiet',
      '--network',
      'none',
      '--tag',
      bad,
      '--file',
      join(ours.folder, 'Bad'),
      ours.folder,
    );
    try {
      const web = /^RAG_WEB_IMAGE=(.*)$/m.exec(readFileSync(join(ours.folder, '.env'), 'utf8'))![1]!;
      const { code, out } = await ours.rag('stack', 'upgrade', '--yes', '--image', bad, '--web-image', web, '--json');
      expect(code).toBe(5);
      const { error } = JSON.parse(out);
      expect(error.details.failing.length).toBeGreaterThan(0);
      expect(error.hint).not.toBe('');
      // Still there, still answering, and .env names them again.
      expect((await images('api')).filter((image) => image === before[0])).toHaveLength(2);
      expect((await fetch(`${ours.url}/readyz`)).status).toBe(200);
      expect(readFileSync(join(ours.folder, '.env'), 'utf8')).toContain(`RAG_IMAGE=${before[0]}`);
      const again = await ours.rag('stack', 'up', '--yes', '--json');
      expect(again.code, again.err).toBe(0);
      expect((await ours.rag('stack', 'status')).code).toBe(0);
    } finally {
      await ours.docker('image', 'rm', '--force', bad);
    }
  });
});
