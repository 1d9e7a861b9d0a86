import { guarded } from './guard.ts';
import type { ImageType } from './image.ts';
import { ReadError, type Reader } from './reader.ts';
import { unsupportedReason } from './unsupported.ts';

type Load = () => Promise<Reader>;

/** One file a format, loaded at its first document. */
const READERS: Record<string, Load> = {
  text: async () => (await import('./text.ts')).readText,
  xml: async () => (await import('./text.ts')).readXml,
  markdown: async () => (await import('./markdown.ts')).readMarkdown,
  html: async () => (await import('./html.ts')).readHtml,
  csv: async () => (await import('./delimited.ts')).readDelimited,
  tsv: async () => (await import('./delimited.ts')).readDelimited,
  json: async () => (await import('./json.ts')).readJson,
  jsonl: async () => (await import('./json.ts')).readJson,
  yaml: async () => (await import('./yaml.ts')).readYaml,
  pdf: async () => (await import('./pdf.ts')).readPdf,
  docx: async () => (await import('./docx.ts')).readDocx,
  pptx: async () => (await import('./pptx.ts')).readPptx,
  rtf: async () => (await import('./rtf.ts')).readRtf,
  odt: async () => (await import('./odf.ts')).readOdt,
  odp: async () => (await import('./odf.ts')).readOdt,
  ods: async () => (await import('./odf.ts')).readOds,
  doc: async () => (await import('./doc.ts')).readDoc,
  ppt: async () => (await import('./ppt.ts')).readPpt,
  xls: async () => (await import('./xls.ts')).readXls,
  xlsb: async () => (await import('./xls.ts')).readXls,
  epub: async () => (await import('./epub.ts')).readEpub,
  msg: async () => (await import('./msg.ts')).readMsg,
  eml: async () => (await import('./mail.ts')).readEml,
  mbox: async () => (await import('./mail.ts')).readMbox,
  mhtml: async () => (await import('./mail.ts')).readMhtml,
  ipynb: async () => (await import('./notebook.ts')).readNotebook,
  rst: async () => (await import('./markup.ts')).readRst,
  asciidoc: async () => (await import('./markup.ts')).readAsciidoc,
  org: async () => (await import('./markup.ts')).readOrg,
  tex: async () => (await import('./markup.ts')).readTex,
  zip: async () => (await import('./archive.ts')).readZip,
  tar: async () => (await import('./archive.ts')).readTar,
  gzip: async () => (await import('./archive.ts')).readGzip,
  png: imageReader('png'),
  jpeg: imageReader('jpeg'),
  gif: imageReader('gif'),
  tiff: imageReader('tiff'),
  webp: imageReader('webp'),
  bmp: imageReader('bmp'),
  xlsx: async () => (await import('./xlsx.ts')).readXlsx,
};

/**
 * The reader of a sniffed type. Its failures are all ReadErrors; a type we cannot read gets a reader that fails with `unsupported`
 * and says what would help.
 */
export async function readerFor(type: string): Promise<Reader> {
  const read = await (type.startsWith('code:') ? codeReaderOf(type) : READERS[type]?.());
  return guarded(read ?? refusing(type));
}

function imageReader(type: ImageType): Load {
  return async () => (await import('./image.ts')).imageReader(type);
}

const codeReaderOf = async (type: string) => (await import('./code.ts')).codeReader(type.slice('code:'.length));

function refusing(type: string): Reader {
  // biome-ignore lint/correctness/useYield: it has nothing to yield, only a reason
  return async function* refuse() {
    throw new ReadError(type === 'empty' ? 'empty' : 'unsupported', unsupportedReason(type));
  };
}
