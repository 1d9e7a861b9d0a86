import { Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';
import { count, list } from '../options.ts';

type Stacking = typeof import('../stacking.ts') & typeof import('../stack-verbs.ts');

/** The server home, run by Docker Compose: each verb is in stacking.ts or stack-verbs.ts, which are loaded when one runs. */
export function stackCommand(app: App, exit: Exit): Command {
  const group = new Command('stack').description(
    'the server home: PostgreSQL, Qdrant, Redis, object store, API, workers, page',
  );
  const add = <O extends object>(
    name: string,
    about: string,
    examples: string[],
    run: (stacking: Stacking) => Parameters<typeof handle<O>>[3],
    flags: (command: Command) => Command = (command) => command,
  ) => {
    const command = flags(
      verb(name, about, examples).option(
        '--dir <folder>',
        'folder of the stack (default: nearest one upward with rag.stack.yaml)',
      ),
    );
    group.addCommand(
      handle<O>(command, app, exit, async (...args) =>
        run({ ...(await import('../stacking.ts')), ...(await import('../stack-verbs.ts')) })(...args),
      ),
    );
  };
  const plan = (command: Command) => command.option('--plan', 'print the steps, change nothing');
  const names = (command: Command) => command.argument('[service...]', 'all if none is named');

  add(
    'init',
    'write compose.yaml, rag.stack.yaml, .env and secrets/ into a folder',
    ['rag stack init', 'rag stack init ~/rag --port 8443'],
    ({ init }) => init,
    (command) =>
      plan(command)
        .argument('[folder]', 'default: the current one')
        .option('--port <n>', 'port of the page and the API', count)
        .option('--name <name>', 'name of the stack; its volumes begin with it')
        .option('--bind <address>', 'address to listen at (0.0.0.0: all)'),
  );
  add(
    'up',
    'start what does not run as described, and prove it by a document and a question',
    ['rag stack up', 'rag stack up --plan'],
    ({ up }) => up,
    (command) =>
      plan(command)
        .option('--profile <name>', 'also compose.NAME.yaml: prod, observability (repeatable)', list)
        .option('--rebuild', 'make our images anew'),
  );
  add(
    'status',
    'what runs, how healthy it is, and what differs from the files',
    ['rag stack status', 'rag stack status --deep --json'],
    ({ status }) => status,
    (command) => command.option('--deep', 'ask each store about itself'),
  );
  add(
    'logs',
    'what services wrote',
    ['rag stack logs api', 'rag stack logs -f'],
    ({ logs }) => logs,
    (command) => names(command).option('-f, --follow', 'go on').option('--tail <n>', 'last lines of each', count, 100),
  );
  add('down', 'stop everything; data stay', ['rag stack down', 'rag stack down --plan'], ({ down }) => down, plan);
  add(
    'restart',
    'restart services, and wait until they are healthy',
    ['rag stack restart', 'rag stack restart api worker'],
    ({ restart }) => restart,
    (command) => names(plan(command)),
  );
  add(
    'scale',
    'run more or fewer replicas',
    ['rag stack scale api=3', 'rag stack scale api=2 worker=2'],
    ({ scale }) => scale,
    (command) => plan(command).argument('<service=n...>', 'api or worker, and how many'),
  );
  add(
    'upgrade',
    'replace what runs by this version, one replica after the other',
    ['rag stack upgrade', 'rag stack upgrade --image registry.example/rag:0.2.0'],
    ({ upgrade }) => upgrade,
    (command) =>
      plan(command)
        .option('--image <reference>', 'take this image instead of building one')
        .option('--web-image <reference>', 'the same for the page (default: NAME-web)'),
  );
  add(
    'vendor',
    'write all images into one file, for a machine without a registry',
    ['rag stack vendor', 'rag stack vendor --file /media/usb/rag-images.tar'],
    ({ vendor }) => vendor,
    (command) => plan(command).option('--file <file>', 'where to', 'rag-images.tar'),
  );
  add(
    'destroy',
    'delete the data: the only verb that does',
    ['rag stack destroy --data rag --plan', 'rag stack destroy --data rag --without-backup'],
    ({ destroy }) => destroy,
    (command) =>
      plan(command)
        .requiredOption('--data <name>', 'name of the stack, typed in full')
        .option('--without-backup', 'although there is no verified backup'),
  );
  return group;
}
