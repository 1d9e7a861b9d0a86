import { type Cure, RagError } from '../errors.ts';
import type { Io } from '../types.ts';
import { causeOf } from './causes.ts';
import type { Folder } from './folder.ts';
import { type Runner, type Step, shown } from './step.ts';

const LINES = 60;
/** Of these on the screen; all are in `details`. */
const SHOWN = 12;

interface Failing {
  service: string;
  state: string;
  log: string[];
  /** What its health check said, newest last. */
  health: string[];
}

/** Each step, but what fails says which service it was, what it wrote, and the likely cause. Nothing is taken down. */
export function withEvidence(steps: readonly Step[], folder: Folder): Step[] {
  return steps.map((step) => ({
    ...step,
    async do(runner, io) {
      try {
        await step.do(runner, io);
      } catch (error) {
        io.signal.throwIfAborted();
        throw await explained(runner, folder, step, error, io);
      }
    },
  }));
}

async function explained(runner: Runner, folder: Folder, step: Step, error: unknown, io: Io): Promise<unknown> {
  if (!(error instanceof RagError)) return error;
  const failing = await failingServices(runner, folder).catch(() => []);
  const { out = '', err = '', argv } = (error.details ?? {}) as { out?: string; err?: string; argv?: string[] };
  for (const { service, state, log, health } of failing) {
    io.report({ type: 'warn', message: `${service} is ${state}; its last lines:` });
    for (const line of log.slice(-SHOWN)) io.report({ type: 'note', message: `  ${service} | ${line}` });
    for (const line of health.slice(-2)) io.report({ type: 'note', message: `  ${service} health | ${line}` });
  }
  // What a one-shot wrote came to us, not into a log that stays.
  for (const line of argv?.includes('run') ? lines(`${out}\n${err}`).slice(-SHOWN) : [])
    io.report({ type: 'note', message: `  | ${line}` });
  const cause = [err, out, ...failing.map(({ log, health }) => [...log, ...health].join('\n'))]
    .map((text) => causeOf(text))
    .find((found) => found !== undefined);
  const names = failing.map(({ service }) => service).join(', ');
  const said = cause?.sentence ?? ownWords(err) ?? lines(err).at(-1) ?? error.message;
  return new RagError(error.code, `${step.title}: ${said}${names && !said.includes(names) ? ` (${names})` : ''}`, {
    ...(cause?.cure ??
      (failing[0] ? inLogs(failing[0].service) : { hint: error.hint ?? 'rag stack status', zhHint: error.zhHint })),
    zh: `${step.zh}：${cause?.zh ?? error.zh ?? said}${names ? `（${names}）` : ''}`,
    details: {
      step: step.title,
      ...(argv ? { command: shown(argv) } : {}),
      ...(cause ? { cause: cause.name } : {}),
      failing,
    },
    cause: error,
  });
}

interface Inspected {
  Id: string;
  State: {
    Status: string;
    ExitCode: number;
    OOMKilled: boolean;
    Error: string;
    Health?: { Status: string; Log?: { Output: string }[] };
  };
  Config: { Labels: Record<string, string> };
}

async function failingServices(runner: Runner, { project }: Folder): Promise<Failing[]> {
  const filter = `label=com.docker.compose.project=${project}`;
  const ids = lines((await runner.run(['docker', 'ps', '--all', '--quiet', '--filter', filter])).out);
  if (ids.length === 0) return [];
  const all = JSON.parse((await runner.run(['docker', 'inspect', ...ids])).out) as Inspected[];
  const bad = all.filter(({ State: { Status, ExitCode, Health } }) =>
    Status === 'running'
      ? Health !== undefined && Health.Status !== 'healthy'
      : Status === 'restarting' || ExitCode !== 0 || Status === 'created',
  );
  return Promise.all(
    bad.map(async ({ Id, State, Config }) => {
      const { out, err } = await runner.run(['docker', 'logs', '--tail', String(LINES), Id], { codes: [0, 1] });
      const { Status, Health, OOMKilled, ExitCode, Error: why } = State;
      const state = Health && Status === 'running' ? Health.Status : `${Status}${ExitCode ? ` (${ExitCode})` : ''}`;
      return {
        service: Config.Labels['com.docker.compose.service'] ?? Id.slice(0, 12),
        state,
        log: [...lines(`${out}\n${err}`), ...(why ? [why] : []), ...(OOMKilled ? ['OOMKilled'] : [])],
        health: (Health?.Log ?? []).flatMap(({ Output }) => lines(Output)),
      };
    }),
  );
}

const inLogs = (service: string): Cure => ({
  hint: `rag stack logs ${service} shows more; what runs goes on running`,
  zhHint: `rag stack logs ${service} 显示更多；正在运行的服务继续运行`,
});

/** What one of our own processes said, if it was one. */
const ownWords = (text: string) => /^rag: (.*)$/m.exec(text)?.[1];

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter(Boolean);
