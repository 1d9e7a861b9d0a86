import { describe, expect, it } from 'vitest';
import { openOpenaiEmbedder, openOpenaiGenerator } from '../../src/models/openai.ts';
import { chatModel, embeddingModel } from '../support/models.ts';
import { OPENAI, withService } from '../support/services.ts';
import { embedderContract } from './embedder.ts';
import { generatorContract } from './generator.ts';

withService(OPENAI, (baseUrl) => {
  const apiKey = process.env.OPENAI_API_KEY;
  const ollama = baseUrl.replace(/\/v1\/?$/, '');
  const openEmbedder = async () =>
    openOpenaiEmbedder({ baseUrl, apiKey, model: await embeddingModel(ollama), batch: { items: 4 } });
  embedderContract('openai-compatible', openEmbedder, { batch: 4, same: 0.999, timeoutMs: 180_000 });
  generatorContract('openai-compatible', () => openOpenaiGenerator({ baseUrl, apiKey, model: chatModel() }));

  describe('openai-compatible server', { timeout: 60_000 }, () => {
    it('is told as a wrong configuration if it lacks the model', async () => {
      const opening = openOpenaiEmbedder({ baseUrl, apiKey, model: 'no-such-model' });
      await expect(opening).rejects.toMatchObject({ code: 'config', details: { status: 404 } });
      const generator = await openOpenaiGenerator({ baseUrl, apiKey, model: 'no-such-model' });
      const first = generator
        .generate([{ role: 'user', content: 'a' }])
        [Symbol.asyncIterator]()
        .next();
      await expect(first).rejects.toMatchObject({ code: 'config', details: { status: 404 } });
    });
  });
});
