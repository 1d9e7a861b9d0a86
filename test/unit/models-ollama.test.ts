import { afterEach, describe, expect, it, vi } from 'vitest';
import { findChatModel, openOllamaEmbedder, openOllamaGenerator, probe } from '../../src/models/ollama.ts';
import { type Asked, json, type Reply, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const DIGEST = 'e70be7645c701b9564320cf1690d7d81ef57839d4880eb7356feb49092399827';
const MODELS = [
  { name: 'big:cloud', digest: DIGEST, remote_host: 'https://elsewhere.example' },
  { name: 'nomic-embed-text:latest', digest: DIGEST },
  { name: 'small:1b', digest: DIGEST },
];

/** The parts of Ollama's interface the driver uses, with `embed` and `chat` as a test wants them. */
function ollama(replies: { embed?: Reply[]; chat?: Reply[] }): Reply {
  const { embed = [], chat = [] } = replies;
  return (response, asked) => {
    const { path, body } = asked;
    const capabilities = String(body.model).startsWith('nomic') ? ['embedding'] : ['completion'];
    if (path === '/api/tags') json(200, { models: MODELS })(response, asked);
    else if (path === '/api/show') json(200, { capabilities })(response, asked);
    else if (path === '/api/embed') (embed.length > 1 ? embed.shift()! : embed[0]!)(response, asked);
    else if (path === '/api/chat') chat.shift()!(response, asked);
    else json(404, { error: 'no such path' })(response, asked);
  };
}

const vectors: Reply = (response, asked: Asked) =>
  json(200, { embeddings: (asked.body.input as string[]).map((text) => [text.length, 1]) })(response, asked);

describe('ollama driver', { timeout: 30_000 }, () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async (replies: { embed?: Reply[]; chat?: Reply[] } = {}) => {
    server = await scriptedServer([ollama(replies)]);
    return server.url;
  };
  const askedFor = (path: string) => server.asked.filter((asked) => asked.path === path);

  it('finds a model without :latest, puts the model’s prefixes before texts', async () => {
    const embedder = await openOllamaEmbedder({
      baseUrl: await serve({ embed: [vectors] }),
      model: 'nomic-embed-text',
    });
    expect(embedder.id).toBe('nomic-embed-text:latest@e70be7645c70/2/nomic');
    await embedder.embed(['a'], 'query');
    await embedder.embed(['b'], 'passage');
    const inputs = askedFor('/api/embed').map(({ body }) => body.input);
    expect(inputs.slice(1)).toEqual([['search_query: a'], ['search_document: b']]);
  });

  it('says that a cloud model sends text away, though its server is local, and never chooses one', async () => {
    const baseUrl = await serve({ embed: [vectors] });
    expect((await openOllamaGenerator({ baseUrl, model: 'big:cloud' })).remote).toBe(true);
    expect((await openOllamaGenerator({ baseUrl, model: 'small:1b' })).remote).toBe(false);
    expect(await findChatModel(baseUrl)).toBe('small:1b');
  });

  it('tries a busy server again, without a word on the console', async () => {
    const busy: Reply = (response) => response.writeHead(503, { 'content-type': 'text/plain' }).end('busy');
    const printed = vi.spyOn(console, 'log');
    const embedder = await openOllamaEmbedder({ baseUrl: await serve({ embed: [busy, vectors] }), model: 'small:1b' });
    expect(embedder.dimensions).toBe(2);
    expect(askedFor('/api/embed')).toHaveLength(2);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('does not repeat what the model cannot do', async () => {
    const cannot = json(501, { error: 'this model does not support embeddings' });
    const opening = openOllamaEmbedder({ baseUrl: await serve({ embed: [cannot] }), model: 'small:1b' });
    await expect(opening).rejects.toMatchObject({ code: 'config', details: { status: 501 } });
    expect(askedFor('/api/embed')).toHaveLength(1);
  });

  it('tells an error in the middle of an answer, and asks for answers of bounded length without thinking', async () => {
    const failing: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(`${JSON.stringify({ message: { role: 'assistant', content: 'half' }, done: false })}\n`);
      response.end(`${JSON.stringify({ error: 'the runner died' })}\n`);
    };
    const baseUrl = await serve({ chat: [failing] });
    const generator = await openOllamaGenerator({ baseUrl, model: 'small:1b', contextTokens: 8192, answerTokens: 7 });
    const pieces: string[] = [];
    const reading = async () => {
      for await (const piece of generator.generate([{ role: 'user', content: 'hi' }])) pieces.push(piece);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'unavailable' });
    expect(pieces).toEqual(['half']);
    expect(askedFor('/api/chat').map(({ body }) => body)).toMatchObject([
      { think: false, stream: true, options: { temperature: 0, num_predict: 7, num_ctx: 8192 } },
    ]);
  });

  it('probes a server that is none, one that is silent and one that is gone, in bounded time', async () => {
    server = await scriptedServer([json(200, { hello: 'world' })]);
    expect(await probe(server.url)).toBeUndefined();
    await server.close();
    expect(await probe(server.url)).toBeUndefined();
    server = await scriptedServer([() => {}]);
    const start = performance.now();
    expect(await probe(server.url, 200)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2_000);
    await expect(probe('ftp://host')).rejects.toMatchObject({ code: 'config' });
  });
});
