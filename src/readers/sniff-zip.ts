import { openZip } from './zip.ts';

/** Containers that a damaged one may have been: its name is then all that is left to tell. */
const CONTAINERS = new Set(['docx', 'pptx', 'xlsx', 'xlsb', 'odt', 'ods', 'odp', 'epub']);

/** Type of a zip container by the parts it holds, `zip` if it is just an archive. */
export function sniffZip(bytes: Uint8Array, fileName: string): string {
  let names: string[];
  let damaged = false;
  const decoder = new TextDecoder();
  // OpenDocument and EPUB put their type first, stored, so that it shows even where the directory is lost.
  const head = decoder.decode(bytes.subarray(0, 120));
  const declared =
    /mimetypeapplication\/(?:vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)|(epub)\+zip)/.exec(head);
  if (declared) return declared[2] ? 'epub' : { text: 'odt', spreadsheet: 'ods', presentation: 'odp' }[declared[1]!]!;
  try {
    names = openZip(bytes).names;
  } catch {
    damaged = true;
    // A cut-off container still names its parts in front of each.
    names = decoder.decode(bytes.subarray(0, 2 ** 20)).match(/(?:word|ppt|xl)\/[\w/.]+/g) ?? [];
  }
  const lower = names.map((name) => name.toLowerCase());
  const has = (pattern: RegExp) => lower.some((name) => pattern.test(name));
  if (has(/^xl\/workbook\.bin$/)) return 'xlsb';
  if (has(/^word\/.*document.*\.xml$/)) return 'docx';
  if (has(/^ppt\/.*presentation.*\.xml$/)) return 'pptx';
  if (has(/^xl\/.*workbook.*\.xml$/)) return 'xlsx';
  if (has(/^\[content_types\]\.xml$/)) {
    if (has(/(^|\/)slides?\//)) return 'pptx';
    if (has(/(^|\/)(work)?sheets?\//)) return 'xlsx';
    if (has(/(^|\/)document\d*\.xml$/)) return 'docx';
  }
  const ending = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  return damaged && CONTAINERS.has(ending) ? ending : 'zip';
}
