import { type ErrorCode, RagError } from '../errors.ts';
import type { FileReport } from '../pipeline/ingest.ts';
import type { Stamp } from '../store/store.ts';
import type { Io } from '../types.ts';
import type { Client, Uploaded } from './client.ts';
import type { RemoteInput } from './ingest.ts';

/** What the server says of one document of the internet → what an ingest says of a file. */
const OUTCOMES: Partial<Record<ErrorCode, Omit<FileReport, 'source' | 'reason'>>> = {
  unreadable: { status: 'failed', code: 'unreadable' },
  too_slow: { status: 'failed', code: 'timeout' },
  too_large: { status: 'skipped', code: 'too_large' },
};

/** Of the command, if that asks for nothing else; otherwise of this address alone. */
const REFUSALS: readonly ErrorCode[] = ['usage', 'forbidden', 'refused'];

/**
 * Has the server fetch one document. Resolves to what came of it, or to its failure; throws RagError for what concerns the server, and
 * for a refusal of the `sole` thing that was asked for.
 */
export async function fetchAddress(
  client: Client,
  address: string,
  { collection, defaultCollection, tags, embed, maxBytes }: RemoteInput,
  sole: boolean,
  io: Io,
): Promise<Uploaded | FileReport> {
  try {
    return await client.fetch(address, { collection, defaultCollection, tags, embed, maxBytes }, io);
  } catch (error) {
    if (!(error instanceof RagError)) throw error;
    const refused = !sole && REFUSALS.includes(error.code) ? OUTCOMES.unreadable : undefined;
    const outcome = OUTCOMES[error.code] ?? refused;
    if (outcome === undefined) throw error;
    const reason = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
    return { source: address.replace(/\/\/[^/@]*@/, '//…@'), ...outcome, reason };
  }
}

/** Where the server keeps what it fetched (`remote/name.ts`), and how it marks it: no folder here is missing it. */
export function cameFromAddress(source: string, { tags }: Stamp): boolean {
  return source.startsWith('web/') && tags.url !== undefined;
}
