import { sniffOle } from './sniff-ole.ts';
import { sniffText } from './sniff-text.ts';
import { sniffZip } from './sniff-zip.ts';

/** Signatures at the start of a file, as Latin-1 characters. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff', 'jpeg'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['\x1f\x8b', 'gzip'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ\0', 'xz'],
  ['7z\xbc\xaf\x27\x1c', '7z'],
  ['Rar!\x1a\x07', 'rar'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['{\\rtf', 'rtf'],
  // Excel 2 to 4, before there was a container: the BOF record of each.
  ['\x09\0\x04\0', 'xls'],
  ['\x09\x02\x06\0', 'xls'],
  ['\x09\x04\x06\0', 'xls'],
  ['\x7fELF', 'binary'],
  ['MZ\x90', 'binary'],
  ['SQLite format 3\0', 'binary'],
  ['OggS', 'audio'],
  ['ID3', 'audio'],
  ['fLaC', 'audio'],
  ['%!PS', 'postscript'],
];

/**
 * The type of a file by its content: `pdf docx pptx xlsx odt ods odp epub doc ppt xls msg rtf eml mbox html mhtml markdown text csv
 * tsv json jsonl ipynb yaml xml rst asciidoc org tex code:LANGUAGE png jpeg gif tiff webp bmp zip gzip tar … binary empty`. The
 * name decides only between types whose bytes look alike, which are kinds of text.
 */
export function sniff(bytes: Uint8Array, name: string): string {
  if (bytes.length === 0) return 'empty';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return sniffZip(bytes, name);
  if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return sniffOle(bytes, extension);
  const found = SIGNATURES.find(([signature]) => head.startsWith(signature))?.[1] ?? boxed(head);
  if (found) return found;
  // Readers accept a PDF header anywhere in the first kilobyte; text that quotes one has words before it.
  const pdf = head.search(/%PDF-\d/);
  if (pdf === 0 || (pdf > 0 && (extension === 'pdf' || /^[\s\xef\xbb\xbf\0]*$/.test(head.slice(0, pdf))))) return 'pdf';
  return sniffText(bytes, name, extension);
}

function boxed(head: string): string | undefined {
  if (head.startsWith('RIFF'))
    return head.slice(8, 12) === 'WEBP' ? 'webp' : head.slice(8, 12) === 'WAVE' ? 'audio' : 'binary';
  if (head.slice(4, 8) === 'ftyp') return /^(heic|heix|mif1|avif)/.test(head.slice(8, 12)) ? 'heic' : 'video';
  if (
    head.startsWith('BM') &&
    head.charCodeAt(6) === 0 &&
    head.charCodeAt(8) === 0 &&
    head.charCodeAt(14) < 128 &&
    head.charCodeAt(15) === 0
  )
    return 'bmp';
  if (head.slice(257, 262) === 'ustar') return 'tar';
  return undefined;
}
