import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openRunner } from '../ops/exec.ts';
import { MODEL_FILE } from '../ops/folder.ts';
import type { StackDeps } from '../ops/stack.ts';
import type { Step } from '../ops/step.ts';
import { packageRoot } from '../root.ts';
import { version } from '../version.ts';
import type { Invocation, Outcome } from './app.ts';
import { confirm } from './confirm.ts';
import { stackWords } from './stack-words.ts';

export interface Where {
  dir?: string;
}
export interface Planning extends Where {
  plan?: boolean;
}

export const depsOf = ({ app }: Invocation): StackDeps => ({
  runner: openRunner(app.env),
  root: packageRoot(),
  version: version(),
});

export function folderOf({ app }: Invocation, { dir }: Where): string {
  if (dir !== undefined) return resolve(app.cwd, dir);
  for (let at = app.cwd; ; at = dirname(at)) {
    if (existsSync(join(at, MODEL_FILE))) return at;
    if (dirname(at) === at) return app.cwd;
  }
}

/** `--plan`: each step and exactly what it does. */
export function shownPlan(run: Invocation, steps: readonly Step[]): Outcome {
  const words = stackWords(run.lang);
  const text = steps.map(
    (step, n) => `${n + 1}. ${run.lang === 'zh' ? step.zh : step.title}\n${step.detail.replace(/^/gm, '   ')}`,
  );
  return {
    result: { plan: { steps: steps.map(({ title, detail }) => ({ title, detail })) } },
    text: steps.length === 0 ? words.nothing : [words.plan(steps.length), ...text].join('\n'),
  };
}

/** The plan, and a question. Throws RagError('refused') for no, and where nobody can be asked and there is no --yes. */
export async function agreed(run: Invocation, steps: readonly Step[]): Promise<void> {
  if (run.options.yes || steps.length === 0) return;
  if (run.app.stdin.isTTY && !run.options.json) run.app.stderr.write(`${shownPlan(run, steps).text}\n`);
  await confirm(run, stackWords(run.lang).go);
}
