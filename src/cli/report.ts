import { formatBytes } from '../units.ts';
import type { Event } from '../types.ts';
import type { Messages } from './messages.ts';
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
  say: Messages;
}

/** Where there is no terminal, one line this often. */
const PLAIN_EVERY_MS = 5000;
const QUIET_STATUSES = new Set(['unchanged', 'added', 'updated', 'renamed', 'removed']);

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
    switch (event.type) {
      case 'warn':
        return line(`rag: ${event.message}`);
      case 'note':
        return options.quiet ? undefined : line(event.message);
      case 'file': {
        if (options.quiet || (!options.verbose && QUIET_STATUSES.has(event.status))) return undefined;
        const why = event.reason ? `: ${event.reason}` : '';
        return line(`${say.counts[event.status]}  ${oneLine(event.source)}${event.code ? ` (${event.code})` : ''}${why}`);
      }
      case 'progress':
        return progress(event);
      default:
        return undefined;
    }
  }

  function progress(event: Event & { type: 'progress' }): void {
    if (options.quiet) return;
    const now = performance.now();
    if (!live && now - plain < PLAIN_EVERY_MS) return;
    plain = now;
    const rates = Object.entries(event.rates)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => (name === 'bytes' ? `${formatBytes(value)}/s` : say.rate(name, rounded(value))));
    const left = event.etaSeconds === undefined ? [] : [say.left(event.etaSeconds)];
    const what = event.unit === 'files' ? say.reading : say.embedding;
    const shown = [`${what} ${event.done}/${event.total}`, ...rates, ...left].join(' · ');
    if (!live) return line(shown);
    clear();
    stderr.write(shown.slice(0, (stderr.columns ?? 80) - 1));
    drawn = true;
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
