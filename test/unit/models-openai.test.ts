import { afterEach, describe, expect, it } from 'vitest';
import { openOpenaiEmbedder, openOpenaiGenerator } from '../../src/models/openai.ts';
import { type Asked, json, type Reply, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const KEY = 'sk-very-secret-key';
const model = 'some-embedder';

/** Vectors that tell their text: [length, 1]. Out of order on purpose: `index` counts. */
const vectors: Reply = (response, asked: Asked) => {
  const data = (asked.body.input as string[]).map((text, index) => ({ index, embedding: [text.length, 1] }));
  json(200, { object: 'list', data: data.reverse(), model })(response, asked);
};
const error = (status: number, code: string, message = 'no', param: string | null = null) =>
  json(status, { error: { message, code, param, type: 'x' } });
const stream =
  (...texts: string[]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of texts)
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
    response.end('data: [DONE]\n\n');
  };
const breakOff: Reply = (response) => response.socket?.destroy();

describe('openai-compatible driver', { timeout: 30_000 }, () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async (...replies: Reply[]) => {
    server = await scriptedServer(replies);
    return `${server.url}/v1`;
  };
  const openEmbedder = async (baseUrl: string, more = {}) =>
    openOpenaiEmbedder({ baseUrl, apiKey: KEY, model, ...more });

  it('learns the dimensions from the first answer and puts vectors in the order of the texts', async () => {
    const embedder = await openEmbedder(await serve(vectors));
    expect(embedder).toMatchObject({
      id: 'some-embedder@openai/2/plain',
      dimensions: 2,
      remote: false,
      runtime: 'openai',
    });
    const made = await embedder.embed(['a', 'bbb'], 'passage');
    expect(made.map(([x, y]) => Math.round(x! / y!))).toEqual([1, 3]);
    expect(server.asked.at(-1)?.body).toMatchObject({ model, encoding_format: 'float' });
    expect(server.asked.at(-1)?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('batches by items and by characters, one past the limit', async () => {
    const embedder = await openEmbedder(await serve(vectors), { batch: { items: 3, characters: 10 } });
    await embedder.embed(['a', 'a', 'a', 'a', 'bbbbbb', 'cccccc', 'd'.repeat(20)], 'passage');
    const sizes = server.asked.slice(1).map(({ body }) => (body.input as string[]).length);
    expect(sizes).toEqual([3, 2, 1, 1]);
  });

  it('tries again after 429, 500 and a broken connection', async () => {
    const embedder = await openEmbedder(await serve(vectors, error(429, 'x'), error(500, 'x'), breakOff, vectors));
    expect(await embedder.embed(['a'], 'passage')).toHaveLength(1);
    expect(server.asked).toHaveLength(5);
  });

  it('waits as long as Retry-After asks', async () => {
    const slowDown = json(429, { error: { message: 'slow' } }, { 'retry-after': '2' });
    const embedder = await openEmbedder(await serve(vectors, slowDown, vectors));
    await embedder.embed(['a'], 'passage');
    const [, first, second] = server.asked;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(1990);
  });

  it('gives up at once when it would have to wait for minutes, and says how long', async () => {
    const slowDown = json(429, { error: { message: 'slow' } }, { 'retry-after': '600' });
    const embedder = await openEmbedder(await serve(vectors, slowDown));
    const failing = embedder.embed(['a'], 'passage');
    await expect(failing).rejects.toMatchObject({ code: 'rate_limited', message: expect.stringContaining('600 s') });
    expect(server.asked).toHaveLength(2);
  });

  it('gives up after its attempts', async () => {
    const opening = openEmbedder(await serve(error(503, 'overloaded')), { retries: 1 });
    await expect(opening).rejects.toMatchObject({ code: 'unavailable', details: { status: 503, code: 'overloaded' } });
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    [401, 'invalid_api_key', 'config'],
    [404, 'model_not_found', 'config'],
    [400, 'context_length_exceeded', 'config'],
    [429, 'insufficient_quota', 'config'],
  ])('does not repeat what cannot succeed: HTTP %i %s', async (status, code, expected) => {
    const opening = openEmbedder(await serve(error(status, code, `your key ${KEY} is wrong`)));
    const failure = await opening.catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ code: expected, details: { status, code } });
    expect(server.asked).toHaveLength(1);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(KEY);
  });

  it('does not wait out its pause once the signal comes', async () => {
    const slowDown = json(429, { error: { message: 'slow' } }, { 'retry-after': '50' });
    const embedder = await openEmbedder(await serve(vectors, slowDown));
    const controller = new AbortController();
    const reason = new Error('stop');
    setTimeout(() => controller.abort(reason), 200);
    await expect(embedder.embed(['a'], 'passage', controller.signal)).rejects.toBe(reason);
  });

  it('keeps to its requests per minute', async () => {
    const embedder = await openEmbedder(await serve(vectors), { requestsPerMinute: 300, batch: { items: 1 } });
    await embedder.embed(['a', 'b', 'c'], 'passage');
    // One to open and three to embed, 200 ms apart as they leave. When they arrive is up to the machine: the whole bears more of that than a gap.
    expect(server.asked).toHaveLength(4);
    expect(server.asked[3]!.at - server.asked[0]!.at).toBeGreaterThan(450);
  });

  it('ends a request that gets no answer in time', async () => {
    const silent: Reply = () => {};
    const opening = openEmbedder(await serve(silent), { timeoutMs: 300, retries: 0 });
    await expect(opening).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('TIMEOUT') });
  });

  it('says which server is not there', async () => {
    const baseUrl = await serve(vectors);
    await server.close();
    server = await scriptedServer([vectors]);
    const opening = openEmbedder(baseUrl, { retries: 0 });
    await expect(opening).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['too few vectors', { data: [] }, 'unavailable'],
    ['a vector of zeros', { data: [{ index: 0, embedding: [0, 0] }] }, 'unavailable'],
    ['other dimensions', { data: [{ index: 0, embedding: [1, 2, 3] }] }, 'config'],
  ])('refuses %s', async (_, body, code) => {
    const embedder = await openEmbedder(await serve(vectors, json(200, body)));
    await expect(embedder.embed(['a'], 'passage')).rejects.toMatchObject({ code });
  });

  it('leaves out a setting that the model refuses, and streams', async () => {
    const refused = error(400, 'unsupported_value', 'only the default', 'temperature');
    const baseUrl = await serve(refused, stream('Hel', '', 'lo'), stream('again'));
    const generator = await openOpenaiGenerator({ baseUrl, apiKey: KEY, model });
    const read = async () => {
      const pieces: string[] = [];
      for await (const piece of generator.generate([{ role: 'user', content: 'hi' }])) pieces.push(piece);
      return pieces;
    };
    expect(await read()).toEqual(['Hel', 'lo']);
    expect(await read()).toEqual(['again']);
    expect(server.asked.map(({ body }) => 'temperature' in body)).toEqual([true, false, false]);
  });

  it('tells an answer that breaks off, and never starts it again', async () => {
    const half: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'half' } }] })}\n\n`);
      setTimeout(() => response.socket?.destroy(), 50);
    };
    const generator = await openOpenaiGenerator({ baseUrl: await serve(half), apiKey: KEY, model });
    const pieces: string[] = [];
    const reading = async () => {
      for await (const piece of generator.generate([{ role: 'user', content: 'hi' }])) pieces.push(piece);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'unavailable' });
    expect(pieces).toEqual(['half']);
    expect(server.asked).toHaveLength(1);
  });
});
