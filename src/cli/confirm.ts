import { createInterface } from 'node:readline/promises';
import { RagError } from '../errors.ts';
import type { Invocation } from './app.ts';

/** Asks before something is changed outside of a home. Throws RagError('refused') for anything but yes, and where nobody can be asked. */
export async function confirm(run: Invocation, question: string): Promise<void> {
  const { app, options, say } = run;
  if (options.yes) return;
  if (!app.stdin.isTTY || options.json)
    throw new RagError('refused', 'this asks before it acts, and here is nobody to ask', {
      hint: 'repeat it with --yes; --plan says first what it would do',
      zh: '此操作需要确认，而这里无人可问',
    });
  const lines = createInterface({ input: app.stdin, output: app.stderr });
  try {
    const said = await lines.question(`${question} [y/N] `, { signal: app.signal });
    if (/^(y|yes|是)$/i.test(said.trim())) return;
  } finally {
    lines.close();
  }
  throw new RagError('refused', say.declined, { zh: say.declined });
}
