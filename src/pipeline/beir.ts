import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { RagError } from '../errors.ts';
import type { Grades } from './evaluate.ts';

export interface BeirSet {
  name: string;
  queries: { id: string; text: string; grades: Grades }[];
}

const FILES = ['corpus.jsonl', 'queries.jsonl', 'qrels.tsv'];

/** Questions that have judgements. Throws RagError('not_found') if a file of the set is missing. */
export async function readBeir(dir: string): Promise<BeirSet> {
  for (const file of FILES)
    if (!existsSync(join(dir, file)))
      throw new RagError('not_found', `${join(dir, file)}: no such file`, {
        hint: `a set is a folder with ${FILES.join(', ')}`,
        zh: `没有文件 ${join(dir, file)}`,
        zhHint: `题目集是含有 ${FILES.join('、')} 的文件夹`,
      });
  const grades = new Map<string, Grades>();
  for (const line of (await readFile(join(dir, 'qrels.tsv'), 'utf8')).split(/\r?\n/)) {
    const cells = line.split('\t');
    // Three columns (query, document, grade) or trec's four, with or without a header.
    const [query, document, grade] = cells.length === 4 ? [cells[0], cells[2], cells[3]] : cells;
    if (!query || !document || !grade || Number.isNaN(Number(grade))) continue;
    if (!grades.has(query)) grades.set(query, new Map());
    grades.get(query)!.set(document, Number(grade));
  }
  const queries: BeirSet['queries'] = [];
  for await (const { _id, text } of jsonLines(join(dir, 'queries.jsonl'))) {
    const judged = grades.get(String(_id));
    if (judged && text) queries.push({ id: String(_id), text, grades: judged });
  }
  return { name: basename(dir), queries };
}

/** Each document as a file `<id>.txt` of title, blank line, text. Returns how many. */
export async function writeCorpus(dir: string, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  let count = 0;
  for await (const { _id, title, text } of jsonLines(join(dir, 'corpus.jsonl'))) {
    await writeFile(
      join(folder, `${encodeURIComponent(String(_id))}.txt`),
      title ? `${title}\n\n${text}` : String(text),
    );
    count++;
  }
  return count;
}

export function idOfSource(source: string): string {
  return decodeURIComponent(basename(source, '.txt'));
}

async function* jsonLines(file: string): AsyncGenerator<{ _id?: unknown; title?: string; text?: string }> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }))
    if (line.trim() !== '') yield JSON.parse(line) as { _id?: unknown; title?: string; text?: string };
}
