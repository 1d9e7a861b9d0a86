const REASONS: Record<string, string> = {
  msg: 'Outlook message: not supported yet; save it as .eml',
  ole: 'an OLE2 container of a program we do not know',
  postscript: 'PostScript: not supported; convert it to PDF',
  binary: 'binary data, no document we know',
  empty: 'the file is empty',
};
const IMAGES = new Set(['png', 'jpeg', 'gif', 'tiff', 'webp', 'bmp', 'heic']);
const ARCHIVES = new Set(['bzip2', 'xz', '7z', 'rar', 'zstd']);

/** Why a type without a reader is skipped, and what would help. */
export function unsupportedReason(type: string): string {
  if (IMAGES.has(type)) return `${type} image: text recognition is not supported yet`;
  if (ARCHIVES.has(type)) return `${type} archive: not supported; unpack it, or pack it as zip or tar.gz`;
  return REASONS[type] ?? `${type}: not supported`;
}
