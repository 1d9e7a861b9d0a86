import { describe, expect, it } from 'vitest';
import { findChatModel, openOllamaEmbedder, openOllamaGenerator, probe } from '../../src/models/ollama.ts';
import { chatModel, embeddingModel, modelNames } from '../support/models.ts';
import { OLLAMA, withService } from '../support/services.ts';
import { embedderContract } from './embedder.ts';
import { generatorContract } from './generator.ts';

withService(OLLAMA, (baseUrl) => {
  const openEmbedder = async () =>
    openOllamaEmbedder({ baseUrl, model: await embeddingModel(baseUrl), batch: { items: 4 } });
  embedderContract('ollama', openEmbedder, { batch: 4, same: 0.999, timeoutMs: 180_000 });
  generatorContract('ollama', () => openOllamaGenerator({ baseUrl, model: chatModel() }));

  describe('ollama server', { timeout: 60_000 }, () => {
    it('is probed: its models are named', async () => {
      const models = await probe(baseUrl, 5_000);
      for (const name of modelNames()) expect(models?.map((model) => model.name)).toContain(name);
    });

    it('gives a model that chats', async () => {
      expect(modelNames()).toContain(await findChatModel(baseUrl));
    });

    it('is never asked to pull: a missing model is named, with what is there', async () => {
      const before = await probe(baseUrl, 5_000);
      for (const open of [openOllamaEmbedder, openOllamaGenerator]) {
        await expect(open({ baseUrl, model: 'no-such-model' })).rejects.toMatchObject({
          code: 'unavailable',
          hint: 'ollama pull no-such-model',
          details: { model: 'no-such-model', there: expect.arrayContaining(modelNames()) },
        });
      }
      expect(await probe(baseUrl, 5_000)).toEqual(before);
    });

    it('tells its id by the digest of the weights, and that it is local', async () => {
      const embedder = await openEmbedder();
      const digest = (await probe(baseUrl, 5_000))?.find((model) => embedder.id.startsWith(model.name))?.digest;
      expect(embedder.id).toContain(`@${digest?.slice(0, 12)}/`);
      expect(embedder.remote).toBe(false);
    });
  });
});
