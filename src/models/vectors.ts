import { RagError } from '../errors.ts';

export interface BatchLimits {
  items: number;
  /** UTF-16 units of all texts of a batch together. */
  characters: number;
}

/** Runs of neighbouring texts within both limits; a text above the limit of characters goes alone. */
export function* batchesOf(texts: readonly string[], limits: BatchLimits): Generator<string[]> {
  let batch: string[] = [];
  let characters = 0;
  for (const text of texts) {
    const full = batch.length >= limits.items || characters + text.length > limits.characters;
    if (full && batch.length > 0) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(text);
    characters += text.length;
  }
  if (batch.length > 0) yield batch;
}

/**
 * What goes to a server: not empty, since servers refuse that, and bounded. Passages are far shorter; a cut here keeps a
 * stray text below the 8,191 tokens that OpenAI takes, at two tokens a character.
 */
export function boundText(text: string): string {
  if (text.trim() === '') return '-';
  const end = /[\ud800-\udbff]/.test(text[MAX_CHARACTERS - 1] ?? '') ? MAX_CHARACTERS - 1 : MAX_CHARACTERS;
  return text.slice(0, end);
}

const MAX_CHARACTERS = 4000;

/** Throws RagError('unavailable') unless there is one usable vector a text, all of one length. */
export function unitVectors(answer: readonly (readonly number[])[], texts: number, who: string): Float32Array[] {
  if (answer.length !== texts) throw useless(`${answer.length} vectors for ${texts} texts`, who);
  return answer.map((numbers) => {
    const norm = Math.hypot(...numbers);
    if (!(norm > 0 && norm < Number.POSITIVE_INFINITY)) throw useless('a vector without length', who);
    return Float32Array.from(numbers, (value) => value / norm);
  });
}

function useless(what: string, who: string): RagError {
  return new RagError('unavailable', `${who} answered with ${what}`, { zh: `${who} 返回了无效的向量：${what}` });
}

/** Vectors of another length belong to another model: they must not enter the same index. */
export function requireDimensions(vectors: Float32Array[], dimensions: number, who: string): void {
  const other = vectors.find((vector) => vector.length !== dimensions);
  if (other === undefined) return;
  throw new RagError('config', `${who} now gives ${other.length} numbers a vector, not ${dimensions}`, {
    zh: `${who} 的向量维数从 ${dimensions} 变成了 ${other.length}`,
    hint: 'rag model use',
  });
}
