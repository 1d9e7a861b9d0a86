const REASONS: Record<string, string> = {
  doc: 'legacy Word document: not supported yet; save it as .docx',
  ppt: 'legacy PowerPoint presentation: not supported yet; save it as .pptx',
  xls: 'legacy Excel workbook: not supported yet; save it as .xlsx',
  xlsb: 'binary Excel workbook: not supported yet; save it as .xlsx',
  odt: 'OpenDocument text: not supported yet; save it as .docx',
  ods: 'OpenDocument spreadsheet: not supported yet; save it as .xlsx',
  odp: 'OpenDocument presentation: not supported yet; save it as .pptx',
  rtf: 'RTF document: not supported yet; save it as .docx',
  epub: 'EPUB book: not supported yet',
  eml: 'mail message: not supported yet',
  mbox: 'mailbox: not supported yet',
  msg: 'Outlook message: not supported yet; save it as .eml',
  mhtml: 'web archive: not supported yet; save it as .html',
  ole: 'an OLE2 container of a program we do not know',
  postscript: 'PostScript: not supported; convert it to PDF',
  binary: 'binary data, no document we know',
  empty: 'the file is empty',
};
const IMAGES = new Set(['png', 'jpeg', 'gif', 'tiff', 'webp', 'bmp', 'heic']);
const ARCHIVES = new Set(['zip', 'gzip', 'tar', 'bzip2', 'xz', '7z', 'rar', 'zstd']);

/** Why a type without a reader is skipped, and what would help. */
export function unsupportedReason(type: string): string {
  if (IMAGES.has(type)) return `${type} image: text recognition is not supported yet`;
  if (ARCHIVES.has(type)) return `${type} archive: not supported yet; unpack it`;
  return REASONS[type] ?? `${type}: not supported`;
}
