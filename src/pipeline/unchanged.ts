import type { Stamp } from '../store/store.ts';
import type { Problem } from '../types.ts';
import type { Found } from './walk.ts';

/** May go differently next time, though the file is the same. */
const MAY_PASS = new Set<Problem['code']>([
  'timeout',
  'memory',
  'crashed',
  'too_large',
  'excluded',
  'missing',
  'unreadable',
]);

/** Whether a file need not be looked at: same size and time, and no reason to try again. */
export function isUnchanged(file: Found, stamp: Stamp, version: string, retry: readonly Problem['code'][]): boolean {
  if (file.content || file.bytes !== stamp.bytes || file.mtimeMs !== stamp.mtimeMs) return false;
  return !mayPass(stamp, version, retry);
}

/** What failed for good is not tried again by the same program; what may pass is. `retry`: what this run's options may cure. */
export function mayPass({ problem }: Stamp, version: string, retry: readonly Problem['code'][]): boolean {
  if (problem === undefined) return false;
  return problem.version !== version || MAY_PASS.has(problem.code) || retry.includes(problem.code);
}
