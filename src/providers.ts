import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Embedder, Generator } from './models/models.ts';
import type { Named } from './models/named.ts';
import type { Values } from './settings.ts';

export interface ProvidersOptions {
  values: Values;
  /** The package's folder. */
  installed: string;
  /** Cores for passages. */
  workers: number;
}

/** Models out of the settings, each opened when it is asked for. The caller closes them. */
export interface Providers {
  /** `bulk`: on all cores, for passages. */
  embedder(named: Named, bulk: boolean): Promise<Embedder>;
  /** The model named, or the configured one, else a running Ollama, else undefined. */
  generator(model?: string): Promise<Generator | undefined>;
}

export function openProviders({ values, installed, workers }: ProvidersOptions): Providers {
  const openai = () => {
    const baseUrl = values.OPENAI_BASE_URL ?? 'https://api.openai.com/v1';
    return { baseUrl, apiKey: values.OPENAI_API_KEY?.reveal() };
  };

  async function builtin(bulk: boolean): Promise<Embedder> {
    const { openBuiltin } = await import('./models/builtin/builtin.ts');
    const workerUrl = pathToFileURL(join(installed, 'dist/workers/embed.js'));
    const vendored = join(installed, 'models/multilingual-e5-small-zh-en-int8');
    const derived = join(installed, 'dist/models');
    return openBuiltin({ derived, ...(bulk ? { bulk: { workers, workerUrl, vendored } } : {}) });
  }

  return {
    async embedder(named, bulk) {
      if (named.provider === 'openai') {
        const { openOpenaiEmbedder } = await import('./models/openai.ts');
        return openOpenaiEmbedder({ ...openai(), model: named.name });
      }
      if (named.provider === 'ollama') {
        const { openOllamaEmbedder } = await import('./models/ollama.ts');
        return openOllamaEmbedder({ baseUrl: values.LOCAL_LLM_BASE_URL, model: named.name });
      }
      return builtin(bulk);
    },
    async generator(model) {
      if (values.LLM_MODEL !== undefined) {
        const { openOpenaiGenerator } = await import('./models/openai.ts');
        return openOpenaiGenerator({ ...openai(), model: model ?? values.LLM_MODEL });
      }
      const { findChatModel, openOllamaGenerator } = await import('./models/ollama.ts');
      const baseUrl = values.LOCAL_LLM_BASE_URL;
      const wanted = model ?? values.LOCAL_LLM_MODEL ?? (await findChatModel(baseUrl));
      return wanted === undefined ? undefined : openOllamaGenerator({ baseUrl, model: wanted });
    },
  };
}

/** What the settings say about embedding; undefined where the home decides. */
export function configuredModel({ EMBEDDING_MODEL, LOCAL_EMBEDDING_MODEL }: Values): Named | undefined {
  if (EMBEDDING_MODEL !== undefined) return { provider: 'openai', name: EMBEDDING_MODEL };
  return LOCAL_EMBEDDING_MODEL === undefined ? undefined : { provider: 'ollama', name: LOCAL_EMBEDDING_MODEL };
}
