import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Section } from '../../src/types.ts';

export interface EvalDocument {
  source: string;
  title: string;
  sections: Section[];
}

export interface Question {
  id: string;
  text: string;
  /** source → grade */
  relevant: Map<string, number>;
}

export interface EvalSet {
  name: string;
  documents: EvalDocument[];
  questions: Question[];
}

const lines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** `docs/*.md`, each with one heading, and `queries.jsonl` naming the right file. Other folders lend their documents as noise. */
export function qaSet(folder: string, documentsOf: string = folder, noise: string[] = []): EvalSet {
  const load = (from: string, prefix: string): EvalDocument[] =>
    readdirSync(join(from, 'docs'))
      .sort()
      .map((file) => {
        const text = readFileSync(join(from, 'docs', file), 'utf8');
        const heading = /^# (.*)/.exec(text)?.[1]?.trim() ?? '';
        return {
          source: prefix + file,
          title: heading,
          sections: [{ locator: { heading: [heading], line: 1 }, text }],
        };
      });
  return {
    name: folder === documentsOf ? basename(folder) : `${basename(folder)} → ${basename(documentsOf)}`,
    documents: [...load(documentsOf, ''), ...noise.flatMap((other) => load(other, `${basename(other)}/`))],
    questions: lines(join(folder, 'queries.jsonl')).map((line) => {
      const { id, question, doc } = JSON.parse(line) as { id: string; question: string; doc: string };
      return { id, text: question, relevant: new Map([[doc, 1]]) };
    }),
  };
}

/** BEIR's layout; a document is its title, a blank line, its text. */
export function beirSet(folder: string): EvalSet {
  const relevant = new Map<string, Map<string, number>>();
  for (const line of lines(join(folder, 'qrels.tsv')).slice(1)) {
    const [question, document, grade] = line.split('\t');
    const grades = relevant.get(question!) ?? new Map<string, number>();
    relevant.set(question!, grades.set(document!, Number(grade)));
  }
  return {
    name: basename(folder),
    documents: lines(join(folder, 'corpus.jsonl')).map((line) => {
      const { _id, title, text } = JSON.parse(line) as { _id: string; title: string; text: string };
      return { source: _id, title: '', sections: [{ locator: { line: 1 }, text: `${title}\n\n${text}` }] };
    }),
    questions: lines(join(folder, 'queries.jsonl')).map((line) => {
      const { _id, text } = JSON.parse(line) as { _id: string; text: string };
      return { id: _id, text, relevant: relevant.get(_id) ?? new Map() };
    }),
  };
}
