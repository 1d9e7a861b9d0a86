import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RagError } from '../errors.ts';
import type { Io } from '../types.ts';
import type { AnswerDeps } from './answer.ts';
import { parseCases } from './cases.ts';
import { sha256 } from './digest.ts';
import { type MeasureInput, measure, type SetResult } from './measure.ts';
import type { Question } from './questions.ts';

/** What one run measured; a line of the history. */
export interface Run {
  at: string;
  /** SHA-256 of the questions: other questions are no comparison. */
  questions: string;
  mode: string;
  sets: SetResult[];
}

export interface Worse {
  name: string;
  metric: string;
  before: number;
  now: number;
}

export interface EvaluateInput {
  /** Where the history lies. */
  folder: string;
  questions: string;
  search: MeasureInput['search'];
  /** Undefined: where the questions have references for them. */
  answers?: boolean | undefined;
  noise: number;
}

export interface Evaluated {
  sets: SetResult[];
  /** Against the last run with the same questions and mode. */
  worse: Worse[];
  /** The comparable runs, this one last. */
  runs: Run[];
}

/** Below a home's folder. */
export const EVAL_FOLDER = '.rag/eval';
export const QUESTIONS = 'questions.jsonl';
const HISTORY = 'history.jsonl';
/** A fall by less is noise between versions of a corpus. */
const TOLERANCE = 0.01;

/** Measures, compares with the run before, and adds a line to the history. */
export async function evaluateHome(deps: AnswerDeps, input: EvaluateInput, io: Io): Promise<Evaluated> {
  const { folder, questions, search, noise } = input;
  const cases = parseCases(questions);
  const answers = input.answers ?? cases.some((one) => one.answers || one.unanswerable);
  const sets = await measure(deps, cases, { search, answers, noise }, io);
  const now: Run = { at: new Date().toISOString(), questions: sha256(questions), mode: search.mode, sets };
  const before = (await readHistory(folder)).filter((one) => one.questions === now.questions && one.mode === now.mode);
  await mkdir(folder, { recursive: true });
  await appendFile(join(folder, HISTORY), `${JSON.stringify(now)}\n`);
  return { sets, worse: compare(before.at(-1), now), runs: [...before, now] };
}

/** Throws RagError('not_found'). */
export async function questionsIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new RagError('not_found', `no questions at ${file}`, {
      ...{
        hint: 'rag eval init makes some from your documents',
        zhHint: 'rag eval init 会根据您的文档出题',
        zh: `没有题目文件 ${file}`,
        cause,
      },
    });
  }
}

/** Writes questions made from the home's documents. Throws RagError('not_found') where it held nothing to ask for. */
export async function keepQuestions(file: string, made: Question[]): Promise<void> {
  if (made.length === 0)
    throw new RagError('not_found', 'there is nothing in this home to make questions from', {
      hint: 'rag ingest FOLDER',
      zh: '此库中没有可用于出题的内容',
    });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, made.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

/** Oldest first; a line that a kill cut off is left out. */
export async function readHistory(folder: string): Promise<Run[]> {
  const text = await readFile(join(folder, HISTORY), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Run];
    } catch {
      return [];
    }
  });
}

function compare(before: Run | undefined, now: Run): Worse[] {
  const metrics = ['ndcg10', 'recall10', 'mrr10'] as const;
  const ofAnswers = ['first', 'any', 'answered', 'refused'] as const;
  return now.sets.flatMap((set) => {
    const old = before?.sets.find(({ name }) => name === set.name);
    if (old === undefined) return [];
    const pairs = [
      ...metrics.map((metric) => ({ metric, before: old[metric], now: set[metric] })),
      ...ofAnswers.map((metric) => ({ metric, before: old.answers?.[metric] ?? 0, now: set.answers?.[metric] ?? 0 })),
    ];
    return pairs.filter((pair) => pair.now < pair.before - TOLERANCE).map((pair) => ({ name: set.name, ...pair }));
  });
}
