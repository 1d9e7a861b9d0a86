import type { Stamp } from '../store/store.ts';
import type { OcrMode, Problem } from '../types.ts';
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

/** What recognising text in images may cure, or leaving that off again. */
const OCR_CURES = new Set<Problem['code']>(['no_text', 'unsupported', 'empty']);

/** What a run brings that a former one did not have. */
export interface Attempt {
  version: string;
  ocr: OcrMode;
  /** Problems that this run's options may cure. */
  retry: readonly Problem['code'][];
  /** PDFs are read again though they did not change. */
  rescan: boolean;
}

/** Whether a file need not be looked at: same size and time, and no reason to try again. */
export function isUnchanged(file: Found, stamp: Stamp, attempt: Attempt): boolean {
  if (file.content || file.bytes !== stamp.bytes || file.mtimeMs !== stamp.mtimeMs) return false;
  return !mayPass(stamp, attempt) && !mustRescan(file, attempt);
}

export function mustRescan({ source }: Found, { rescan }: Attempt): boolean {
  return rescan && /\.pdf$/i.test(source);
}

/** What a problem is remembered with. */
export function versionOf({ version, ocr }: Attempt): string {
  return `${version} ocr:${ocr}`;
}

/** What failed for good is not tried again by the same program; what may pass is. */
export function mayPass({ problem }: Stamp, attempt: Attempt): boolean {
  if (problem === undefined) return false;
  const [version, ocr] = problem.version.split(' ocr:');
  if (version !== attempt.version || MAY_PASS.has(problem.code) || attempt.retry.includes(problem.code)) return true;
  return ocr !== attempt.ocr && OCR_CURES.has(problem.code);
}
