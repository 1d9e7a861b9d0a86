import type { StoreReader } from '../store/store.ts';
import type { Document } from '../types.ts';

/** The whole extracted text of a document, as citations count in it. */
export async function textOf(store: StoreReader, document: Document): Promise<string> {
  const parts: string[] = [];
  for await (const part of store.text(document)) parts.push(part);
  return parts.join('');
}
