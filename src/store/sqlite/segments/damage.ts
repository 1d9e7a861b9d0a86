import { RagError } from '../../../errors.ts';

/** A part of the index that is not what was written. */
export function damaged(file: string, what: string): RagError {
  return new RagError('verify', `${file} is damaged: ${what} is not what was written`, {
    hint: 'rag doctor --repair rebuilds the index from the stored text',
    zhHint: 'rag doctor --repair 会用存储的文本重建索引',
    zh: `${file} 已损坏：${what} 与写入时不同`,
  });
}
