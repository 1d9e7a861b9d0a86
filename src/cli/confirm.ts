import { createInterface } from 'node:readline/promises';
import { RagError } from '../errors.ts';
import type { Invocation } from './app.ts';

/** One line typed at a question. */
export async function ask({ app }: Invocation, question: string): Promise<string> {
  const lines = createInterface({ input: app.stdin, output: app.stderr });
  try {
    return (await lines.question(question, { signal: app.signal })).trim();
  } finally {
    lines.close();
  }
}

/** Asks before something is changed outside of a home. Throws RagError('refused') for anything but yes, and where nobody can be asked. */
export async function confirm(run: Invocation, question: string): Promise<void> {
  const { app, options, say } = run;
  if (options.yes) return;
  if (!app.stdin.isTTY || options.json)
    throw new RagError('refused', 'this asks before it acts, and here is nobody to ask', {
      hint: 'repeat it with --yes; --plan says first what it would do',
      zhHint: '请加 --yes 重新运行；--plan 先说明会做什么',
      zh: '此操作需要确认，而这里无人可问',
    });
  if (/^(y|yes|是)$/i.test(await ask(run, `${question} [y/N] `))) return;
  throw new RagError('refused', say.declined, { zh: say.declined });
}
