/** Names in LLM_MODELS or LLM_MODEL, and of these the first that gives vectors. */
export function modelNames(): string[] {
  return (process.env.LLM_MODELS ?? process.env.LLM_MODEL ?? '').split(/[\s,]+/).filter((name) => name !== '');
}

export function chatModel(): string {
  return process.env.LLM_MODEL ?? modelNames()[0] ?? '';
}

export async function embeddingModel(ollama: string): Promise<string> {
  for (const model of modelNames()) {
    const body = JSON.stringify({ model, input: ['a'] });
    if ((await fetch(`${ollama}/api/embed`, { method: 'POST', body })).ok) return model;
  }
  throw new Error(`none of ${modelNames().join(', ')} gives vectors: add one to LLM_MODELS`);
}
