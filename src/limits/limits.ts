/** Counts what is asked for too often, in fixed windows. */
export interface Limits {
  /** One more of `key`; resolves to whether it is within `most` in `seconds`. */
  take(key: string, most: number, seconds: number): Promise<boolean>;
  close(): Promise<void>;
}
