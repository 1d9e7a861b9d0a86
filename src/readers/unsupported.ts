import type { OcrMode } from '../types.ts';

const REASONS: Record<string, string> = {
  heic: 'HEIC image: not supported; save it as JPEG or PNG',
  ole: 'an OLE2 container of a program we do not know',
  postscript: 'PostScript: not supported; convert it to PDF',
  binary: 'binary data, no document we know',
  empty: 'the file is empty',
};
const ARCHIVES = new Set(['bzip2', 'xz', '7z', 'rar', 'zstd']);

/** Why a type without a reader is skipped, and what would help. */
export function unsupportedReason(type: string): string {
  if (ARCHIVES.has(type)) return `${type} archive: not supported; unpack it, or pack it as zip or tar.gz`;
  return REASONS[type] ?? `${type}: not supported`;
}

/** Why text in images is not read, and what would change that. */
export function whyNotRecognised(mode: OcrMode = 'off'): string {
  return mode === 'absent'
    ? 'text recognition is not installed here (rag doctor says what is missing)'
    : 'text recognition is off; --ocr auto reads it';
}
