import type { Fingerprint, Store } from '../store/store.ts';
import { TOKENIZER_VERSION } from '../text/tokenize.ts';

/** Whether the index's terms were made by another tokenizer or another ICU, which cuts Chinese differently. */
export function staleTokens(index: Fingerprint): boolean {
  return index.tokenizer !== TOKENIZER_VERSION || index.icu !== process.versions.icu;
}

/** Makes the terms again from the stored text where they are stale; `begin` is told before the work starts. */
export async function renewTokens(store: Store, begin: () => void, signal: AbortSignal): Promise<void> {
  if (!staleTokens(await store.fingerprint())) return;
  begin();
  await store.retokenize(signal);
}
