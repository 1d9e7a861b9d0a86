/** Of one request: what breaks off is sent again as a whole. */
const BATCH_FILES = 200;
const BATCH_BYTES = 32 * 2 ** 20;

/** In order; a file over the limit is a batch of its own. */
export function* inBatches<T extends { bytes: number }>(files: T[]): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && (batch.length === BATCH_FILES || bytes + file.bytes > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.bytes;
  }
  if (batch.length > 0) yield batch;
}
