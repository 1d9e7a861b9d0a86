import { Buffer } from 'node:buffer';
import { strToU8, zipSync } from 'fflate';
import { docx, paragraph, xlsx } from './office.ts';
import { pdf } from './pdf.ts';
import { put } from './rag.ts';

type Make = (n: number) => [extension: string, content: string | Uint8Array];

/** One file of each of these in turn. */
const KINDS: Make[] = [
  (n) => ['txt', `note ${n} of the walrus\n`],
  (n) => ['md', `# Title ${n}\n\nA paragraph about penguins, number ${n}.\n`],
  (n) => ['html', `<html><body><h1>Page ${n}</h1><p>gulls over the sea</p></body></html>`],
  (n) => ['csv', `name,count\nwalrus,${n}\n`],
  (n) => ['json', `{"name":"walrus","count":${n}}`],
  (n) => ['yaml', `name: walrus\ncount: ${n}\n`],
  (n) => ['py', `def walrus_${n}():\n    return ${n}\n`],
  (n) => ['eml', `From: a@example.org\nTo: b@example.org\nSubject: mail ${n}\n\nthe walrus wrote\n`],
  (n) => ['docx', docx(paragraph(`The walrus report ${n}`))],
  (n) => ['xlsx', xlsx([{ name: 'Sheet1', rows: `<row r="1"><c r="A1"><v>${n}</v></c></row>` }])],
  (n) => ['pdf', pdf([{ lines: [`The walrus paper ${n}`] }])],
  (n) => ['txt', Buffer.from(`海象的笔记，第${n}号\n`)],
  (n) => ['rtf', `{\\rtf1 the walrus letter ${n}}`],
  (n) => ['zip', zipSync({ 'in.txt': strToU8(`packed walrus ${n}`) })],
];

/** Writes `count` files of many types into folders of a hundred; resolves to the sources of the documents in them. */
export function writeZoo(dir: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const [extension, content] = KINDS[n % KINDS.length]!(n);
    const source = `f${Math.floor(n / 100)}/${n}.${extension}`;
    put(dir, source, Buffer.from(content));
    return extension === 'zip' ? `${source}!/in.txt` : source;
  });
}
