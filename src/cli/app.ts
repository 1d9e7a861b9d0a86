import { Command, CommanderError, Option } from 'commander';
import type { Client } from '../client/client.ts';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { ERRORS, RagError, spoken } from '../errors.ts';
import type { Io } from '../types.ts';
import { type Lang, langOf, type Messages, messagesFor } from './messages.ts';
import { type Reporter, reporter } from './report.ts';
import { connect, notInStack, STACK, userHomeOf } from './stack.ts';
import { type Style, styleFor } from './style.ts';

/** Everything of the process that a command may touch; tests hand in their own. */
export interface App {
  env: Record<string, string | undefined>;
  cwd: string;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  signal: AbortSignal;
}

export interface GlobalOptions {
  home?: string;
  config?: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color?: boolean;
  lang?: Lang;
  yes?: boolean;
}

/** What a command is given when it runs. */
export interface Invocation {
  app: App;
  options: GlobalOptions;
  lang: Lang;
  say: Messages;
  style: Style;
  io: Io;
  reporter: Reporter;
  /** Writes to stdout; the result and nothing else. */
  print(text: string): void;
  config(): Promise<Config>;
  /** The API of the stack home; undefined where the home is a folder. */
  client(): Promise<Client | undefined>;
  /** The home's drivers, closed when the command ends. Throws RagError('usage') for the stack home. */
  context(): Promise<Context>;
}

export interface Outcome {
  /** Printed as `{"ok":true,"result":…}` with `--json`. */
  result?: object;
  /** Printed without `--json`. */
  text?: string;
  exit?: number;
  /** Ctrl-C was the way to end it. */
  stopped?: true;
}

/** Told the exit code of the command that ran. */
export type Exit = (code: number) => void;

export type Handler<Options> = (run: Invocation, options: Options, ...args: string[]) => Promise<Outcome>;

/** A verb with the flags that all verbs have. */
export function verb(name: string, description: string, examples: string[]): Command {
  return new Command(name)
    .description(description)
    .option(
      '--home <dir>',
      'folder that holds .rag/ (default: nearest one upward, else the current one); stack: the API at RAG_API_URL',
    )
    .option('--config <file>', 'use this file instead of the nearest rag.yaml')
    .option('--json', 'print one JSON document on stdout')
    .option('-q, --quiet', 'no progress, no notes')
    .option('-v, --verbose', 'name every file')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addOption(new Option('--lang <lang>', 'language of messages').choices(['en', 'zh']))
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}

/** Binds a handler: gives it its invocation, prints what it returns, turns errors into one sentence and an exit code. */
export function handle<Options extends object>(
  command: Command,
  app: App,
  exit: Exit,
  handler: Handler<Options>,
): Command {
  return command.action(async (...args: unknown[]) => {
    const options = command.opts<GlobalOptions & Options>();
    const words = args
      .slice(0, -2)
      .flat()
      .filter((arg): arg is string => typeof arg === 'string');
    exit(await execute(app, wordsOf(command), options, (run) => handler(run, options, ...words)));
  });
}

/** `search`, `pack export` */
function wordsOf(command: Command): string {
  const group = command.parent;
  return group?.parent ? `${group.name()} ${command.name()}` : command.name();
}

async function execute(
  app: App,
  name: string,
  options: GlobalOptions,
  handler: (run: Invocation) => Promise<Outcome>,
): Promise<number> {
  const lang = options.lang ?? langOf(app.env);
  const say = messagesFor(lang);
  const color = options.color !== false && !app.env.NO_COLOR;
  const report = reporter(app.stderr, { ...options, lang, say, color });
  const io: Io = { report: report.event, signal: app.signal };
  const print = (text: string) => void app.stdout.write(text);
  let config: Promise<Config> | undefined;
  let context: Promise<Context> | undefined;
  let client: Promise<Client | undefined> | undefined;
  const loaded = () => (config ??= load(app, options));
  const run: Invocation = {
    ...{ app, options, lang, say, io, print, reporter: report },
    style: styleFor(color && app.stdout.isTTY === true),
    config: loaded,
    client: () => (client ??= remote(app, options, lang, loaded, io)),
    context: () => (context ??= open(app, options, name, loaded, io)),
  };
  try {
    const { result, text, exit, stopped } = await handler(run);
    report.end();
    if (options.json && result) print(`${JSON.stringify({ ok: true, result })}\n`);
    else if (text) print(text.endsWith('\n') ? text : `${text}\n`);
    return app.signal.aborted && !stopped ? 130 : (exit ?? 0);
  } catch (error) {
    report.end();
    return fail(app, options, lang, error);
  } finally {
    await context?.then(
      (opened) => opened.close(),
      () => {},
    );
  }
}

async function load(app: App, options: GlobalOptions): Promise<Config> {
  const { loadConfig } = await import('../config.ts');
  return loadConfig({ cwd: app.cwd, env: app.env, userHome: userHomeOf(app), file: options.config });
}

async function remote(
  app: App,
  options: GlobalOptions,
  lang: Lang,
  config: () => Promise<Config>,
  io: Io,
): Promise<Client | undefined> {
  const loaded = await config();
  return (options.home ?? loaded.values.HOME) === STACK ? connect(app, loaded, lang, io) : undefined;
}

async function open(
  app: App,
  options: GlobalOptions,
  name: string,
  config: () => Promise<Config>,
  io: Io,
): Promise<Context> {
  const { findHome, openContext } = await import('../context.ts');
  const loaded = await config();
  const home = options.home ?? loaded.values.HOME;
  if (home === STACK) throw notInStack(name);
  const root = findHome(app.cwd, home);
  const note = (message: string) => io.report({ type: 'note', message });
  return openContext({ config: loaded, root, verb: name, note, signal: app.signal });
}

/** One sentence, what cures it, and the code. What is not a RagError is our bug and says so. */
export function fail(app: App, options: GlobalOptions, lang: Lang, error: unknown): number {
  if (app.signal.aborted) {
    if (options.json)
      app.stdout.write(`${JSON.stringify({ ok: false, error: { code: 'interrupted', message: 'interrupted' } })}\n`);
    return 130;
  }
  if (error instanceof RagError) {
    const { code, details } = error;
    const { message, hint } = spoken(error, lang);
    if (options.json) app.stdout.write(`${JSON.stringify({ ok: false, error: { code, message, hint, details } })}\n`);
    app.stderr.write(`rag: ${message}\n${hint ? `     ${hint}\n` : ''}`);
    return ERRORS[code].exit;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  if (options.json) app.stdout.write(`${JSON.stringify({ ok: false, error: { code: 'bug', message } })}\n`);
  const stack = error instanceof Error ? error.stack : String(error);
  app.stderr.write(`rag: this is a bug in rag: ${message}\n${stack}\nPlease report it with the command you ran.\n`);
  return 1;
}
