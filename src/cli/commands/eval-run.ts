import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import type { Run, Worse } from '../../pipeline/history.ts';
import type { SetResult } from '../../pipeline/measure.ts';
import { answerDeps } from '../answering.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { count } from '../options.ts';
import { inputOf, type SearchOptions, withSearchFlags } from './search.ts';

interface RunOptions extends SearchOptions {
  gate?: boolean;
  answers?: boolean;
  noise: number;
}

export function evalInitCommand(app: App, exit: Exit): Command {
  const command = verb('init', 'make questions from your own documents, without a model', [
    'rag eval init',
    'rag eval init questions.jsonl --questions 500',
  ])
    .argument('[file]', 'where to write them (default: in the home)')
    .option('--questions <n>', 'how many at most', count, 200)
    .option('--model [name]', 'have a language model write them (default: the one that answers)');
  return handle<{ questions: number; model?: string | true }>(command, app, exit, async (run, options, file) => {
    const { EVAL_FOLDER, keepQuestions, QUESTIONS } = await import('../../pipeline/history.ts');
    const { makeQuestions } = await import('../../pipeline/questions.ts');
    const context = await run.context();
    const store = await context.reader();
    let made = await makeQuestions(store, { count: options.questions, signal: run.io.signal });
    if (options.model !== undefined) {
      const generator = await context.generator(options.model === true ? undefined : options.model);
      if (generator === undefined)
        throw new RagError('unavailable', 'no language model is configured or running', {
          hint: 'start Ollama, or set LLM_MODEL and OPENAI_BASE_URL',
          zhHint: '请启动 Ollama，或设置 LLM_MODEL 和 OPENAI_BASE_URL',
          zh: '没有配置或运行语言模型',
        });
      if (generator.remote)
        run.io.report({ type: 'note', message: `sentences of this home are sent to ${generator.id}` });
      const { questionsByModel } = await import('../../pipeline/modelquestions.ts');
      made = await questionsByModel(generator, made, run.io);
    }
    const target = file ? resolve(app.cwd, file) : join(context.root, EVAL_FOLDER, QUESTIONS);
    await keepQuestions(target, made);
    const sets = Object.fromEntries(
      [...new Set(made.map(({ set }) => set))].map((name) => [name, made.filter(({ set }) => set === name).length]),
    );
    const lines = Object.entries(sets).map(([name, n]) => `${String(n).padStart(5)}  ${name}`);
    return {
      result: { file: target, questions: made.length, sets },
      text: [...lines, run.say.wrote(target)].join('\n'),
    };
  });
}

export function evalRunCommand(app: App, exit: Exit): Command {
  const command = verb('run', 'measure retrieval with the questions, and compare with the last run', [
    'rag eval run',
    'rag eval run questions.jsonl --gate',
  ])
    .argument(
      '[file]',
      'JSON lines of {"question", "quote" or "doc", "answers", "unanswerable"} (default: those of rag eval init)',
    )
    .option('--gate', 'exit 8 if a set got worse than in the last run')
    .option('--answers', 'make answers, too, and compare them with the references')
    .option('--noise <n>', 'put passages about something else beside the evidence', count, 0);
  withSearchFlags(command, 10);
  return handle<RunOptions>(command, app, exit, evaluate);
}

async function evaluate(run: Invocation, options: RunOptions, file?: string): Promise<Outcome> {
  const { EVAL_FOLDER, evaluateHome, QUESTIONS, questionsIn } = await import('../../pipeline/history.ts');
  const folder = join((await run.context()).root, EVAL_FOLDER);
  const questions = await questionsIn(file ? resolve(run.app.cwd, file) : join(folder, QUESTIONS));
  const { text: _, ...search } = inputOf(options, '');
  const input = { folder, questions, search, answers: options.answers, noise: options.noise };
  const { sets, worse, runs } = await evaluateHome(await answerDeps(run), input, run.io);
  return {
    result: { sets, worse },
    text: table(run, sets, worse, runs),
    exit: options.gate && worse.length > 0 ? 8 : 0,
  };
}

const BARS = '▁▂▃▄▅▆▇█';

/** A line a set: the numbers, and how nDCG went over the last runs. */
function table({ say, style }: Invocation, sets: SetResult[], worse: Worse[], runs: Run[]): string {
  const width = Math.max(...sets.map(({ name }) => name.length));
  const lines = sets.map((set) => {
    const past = runs.slice(-12).map((one) => one.sets.find(({ name }) => name === set.name)?.ndcg10 ?? 0);
    const chart = past.map((value) => BARS[Math.min(7, Math.floor(value * 8))]).join('');
    const numbers = `nDCG@10 ${set.ndcg10.toFixed(3)}  recall@10 ${set.recall10.toFixed(3)}  MRR@10 ${set.mrr10.toFixed(3)}  p50 ${set.p50ms} ms  p95 ${set.p95ms} ms`;
    const found = set.answers;
    const refused = found?.refused === undefined ? '' : `, refused ${percent(found.refused)}`;
    const answers = found
      ? `\n${' '.repeat(width)}  first quote ${percent(found.first)}, any ${percent(found.any)}, F1 ${found.f1.toFixed(3)}, answered ${percent(found.answered)}${refused}`
      : '';
    return `${style.bold(set.name.padEnd(width))}  ${chart}  ${numbers}  (${set.queries})${answers}`;
  });
  const falls = worse.map(({ name, metric, before, now }) => `${say.worse} ${name}: ${metric} ${before} → ${now}`);
  return [...lines, ...falls].join('\n');
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
