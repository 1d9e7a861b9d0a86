import type { Event } from '../types.ts';
import { formatBytes } from '../units.ts';
import type { Lang, Messages } from './messages.ts';
import { oneLine } from './style.ts';

export interface Reporter {
  event(event: Event): void;
  /** Takes the live line away. */
  end(): void;
}

export interface ReportOptions {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  lang: Lang;
  say: Messages;
}

/** Where there is no terminal, one line this often. */
const PLAIN_EVERY_MS = 5000;
const EXPECTED = new Set(['unchanged', 'added', 'updated', 'renamed', 'removed']);

/** Draws what flows report on stderr: one live line on a terminal, plain lines elsewhere, JSON lines with `--json`. */
export function reporter(
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
  options: ReportOptions,
): Reporter {
  const { say } = options;
  const live = stderr.isTTY === true && !options.quiet && !options.json;
  let drawn = false;
  let plain = performance.now();
  const clear = () => {
    if (drawn) stderr.write('\r\u001b[2K');
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    stderr.write(`${text}\n`);
  };

  function text(event: Event): void {
    if (event.type === 'warn') line(`rag: ${event.message}`);
    else if (options.quiet) return;
    else if (event.type === 'note') line(event.message);
    else if (event.type === 'step')
      line(`[${event.number}/${event.total}] ${options.lang === 'zh' ? event.zh : event.title}`);
    else if (event.type === 'progress') progress(event);
    else if (event.type === 'file' && (options.verbose || !EXPECTED.has(event.status))) {
      const code = event.code ? ` (${event.code})` : '';
      const why = event.reason ? `: ${event.reason}` : '';
      line(`${say.counts[event.status]}  ${oneLine(event.source)}${code}${why}`);
    }
  }

  function progress(event: Event & { type: 'progress' }): void {
    const now = performance.now();
    if (!live && now - plain < PLAIN_EVERY_MS) return;
    plain = now;
    const rates = Object.entries(event.rates)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => (name === 'bytes' ? `${formatBytes(value)}/s` : say.rate(name, rounded(value))));
    const left = event.etaSeconds === undefined ? [] : [say.left(event.etaSeconds)];
    const what = { files: say.reading, chunks: say.embedding, questions: say.asking }[event.unit];
    const shown = [`${what} ${event.done}/${event.total}`, ...rates, ...left].join(' · ');
    if (live) {
      clear();
      stderr.write(shown.slice(0, (stderr.columns || 80) - 1));
      drawn = true;
    } else line(shown);
  }

  return {
    event: (event) => {
      if (options.json) {
        if (!options.quiet || event.type === 'warn') stderr.write(`${JSON.stringify(event)}\n`);
      } else text(event);
    },
    end: clear,
  };
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}
