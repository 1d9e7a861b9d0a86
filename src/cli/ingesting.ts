import type { IngestInput } from '../pipeline/ingest.ts';
import type { Values } from '../settings.ts';

/** The model reads at most 512 tokens; 400 leaves room for its frame and for other models' tokenizers. */
const MAX_TOKENS = 400;

/** What the settings say about an ingest, before any flag. */
export function inputDefaults(values: Values): Omit<IngestInput, 'paths' | 'cwd' | 'root'> {
  return {
    include: [],
    exclude: [],
    maxBytes: values.MAX_FILE_SIZE,
    maxTokens: MAX_TOKENS,
    allowedTypes: values.ALLOWED_FILE_TYPES,
    defaultCollection: values.COLLECTION,
    dryRun: false,
    expired: () => false,
  };
}
