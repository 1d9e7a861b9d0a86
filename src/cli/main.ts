import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { type App, fail } from './app.ts';
import { auditCommand } from './commands/audit.ts';
import { chatCommand } from './commands/chat.ts';
import { chatsCommand } from './commands/chats.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { embedCommand } from './commands/embed.ts';
import { evalCommand } from './commands/eval.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';
import { keyCommand } from './commands/key.ts';
import { listCommand } from './commands/list.ts';
import { lockCommand } from './commands/lock.ts';
import { loginCommand, logoutCommand } from './commands/login.ts';
import { mcpCommand } from './commands/mcp.ts';
import { migrateCommand } from './commands/migrate.ts';
import { modelCommand } from './commands/model.ts';
import { packCommand } from './commands/pack.ts';
import { pruneCommand } from './commands/prune.ts';
import { queryCommand } from './commands/query.ts';
import { rmCommand } from './commands/rm.ts';
import { schedulerCommand } from './commands/scheduler.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { stackCommand } from './commands/stack.ts';
import { statusCommand } from './commands/status.ts';
import { userCommand } from './commands/user.ts';
import { verifyCommand } from './commands/verify.ts';
import { whyCommand } from './commands/why.ts';
import { workerCommand } from './commands/worker.ts';

const COMMANDS = [
  ...[initCommand, ingestCommand, embedCommand, searchCommand, queryCommand, statusCommand, listCommand, showCommand],
  ...[
    chatCommand,
    chatsCommand,
    verifyCommand,
    whyCommand,
    diffCommand,
    serveCommand,
    workerCommand,
    schedulerCommand,
    migrateCommand,
    mcpCommand,
    rmCommand,
    pruneCommand,
    evalCommand,
    modelCommand,
    packCommand,
    loginCommand,
    logoutCommand,
    userCommand,
    keyCommand,
    auditCommand,
    stackCommand,
    lockCommand,
    configCommand,
    doctorCommand,
    completionCommand,
  ],
];

/** Runs one command line in the given process; resolves to the exit code. */
export async function main(proc: NodeJS.Process): Promise<number> {
  const interrupt = new AbortController();
  proc.on('SIGINT', () => {
    // The second Ctrl-C does not wait for a clean stop.
    if (interrupt.signal.aborted) proc.exit(130);
    interrupt.abort();
  });
  proc.on('SIGTERM', () => interrupt.abort());
  // `rag search … | head`: the reader has left, and that is fine.
  proc.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') proc.exit(0);
  });
  const { env, stdin, stdout, stderr } = proc;
  return run(proc.argv.slice(2), { env, cwd: proc.cwd(), stdin, stdout, stderr, signal: interrupt.signal });
}

/** The same, with everything of the process handed in. */
export async function run(argv: string[], app: App): Promise<number> {
  let code = 0;
  const exit = (value: number) => {
    code = value;
  };
  const write = {
    writeOut: (text: string) => app.stdout.write(text),
    writeErr: (text: string) => app.stderr.write(text),
  };
  const program = new Command('rag')
    .description('Ask your own documents, in English and Chinese, offline, with citations that can be re-checked.')
    .version(version(), '--version')
    .showSuggestionAfterError()
    .configureOutput({ ...write, outputError: (text, out) => out(text.replace(/^error: /, 'rag: ')) })
    .exitOverride()
    .addHelpText('after', '\nStart:\n  $ rag ingest ./docs\n  $ rag query "what does it say about backups?"');
  for (const make of COMMANDS) {
    const command = make(app, exit);
    program.addCommand(command.copyInheritedSettings(program));
    for (const nested of command.commands) nested.copyInheritedSettings(program);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      const bad = error.exitCode !== 0;
      if (bad && argv.includes('--json'))
        app.stdout.write(
          `${JSON.stringify({ ok: false, error: { code: 'usage', message: error.message.replace(/^error: /, '') } })}\n`,
        );
      return bad ? 2 : 0;
    }
    return fail(app, {}, 'en', error);
  }
  return code;
}
