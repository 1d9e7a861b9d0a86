import type { Invocation } from './app.ts';

const ENTER = /[\r\n\u0004]/;

/** A line from the terminal that is not shown while it is typed. Undefined for Ctrl-C. */
export async function askSecret({ app }: Invocation, question: string): Promise<string | undefined> {
  const stdin = app.stdin as NodeJS.ReadStream;
  app.stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let typed = '';
  try {
    for await (const part of stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      if (part.includes('\u0003')) return undefined;
      const end = part.search(ENTER);
      for (const char of end < 0 ? part : part.slice(0, end))
        if (char === '\u007f' || char === '\b') typed = typed.slice(0, -1);
        else typed += char;
      if (end >= 0) break;
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    app.stderr.write('\n');
  }
}
