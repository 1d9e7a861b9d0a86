import { Command, Option } from 'commander';
import { ROLES, type Role } from '../../accounts/accounts.ts';
import { RagError } from '../../errors.ts';
import { accountsDoor } from '../accounts.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { count, list } from '../options.ts';
import { secretOf } from '../signing.ts';

interface Create {
  user: string;
  role: Role;
  collection?: string[];
  days: number;
  forever?: boolean;
  passwordFile?: string;
}

export function keyCommand(app: App, exit: Exit): Command {
  const group = new Command('key').description('API keys of the server home, for programs');

  const create = verb('create', 'a key for a program, printed this once', [
    'rag key create nightly --user mei --role editor --home stack',
    'rag key create wiki --user mei --collection manuals --days 30 --home stack',
  ])
    .argument('<name>', 'what it is for')
    .requiredOption('--user <name>', 'whose it is: over HTTP their password is asked for')
    .addOption(new Option('--role <role>', 'what it may').choices(ROLES).default('reader'))
    .option('--collection <name>', 'may see this collection (repeatable); without it what its user may', list)
    .option('--days <n>', 'until it expires', count, 90)
    .option('--forever', 'it does not expire')
    .option('--password-file <file>', 'the password is in this file; otherwise typed, or from stdin');
  handle<Create>(create, app, exit, async (run, options, name) => {
    const { user, role, collection, days, forever, passwordFile } = options;
    const wish = { name: name!, role, collections: collection ?? null, days: forever ? null : days };
    const { secret, key } = await (await accountsDoor(run)).createKey(user, wish, async () => {
      const password = await secretOf(run, run.say.accounts.password(user), passwordFile);
      if (password === undefined) throw new RagError('usage', 'no password was given');
      return password;
    });
    return { result: { secret, key }, text: secret };
  });

  const show = verb('list', 'keys: the own ones; an admin sees all', [
    'rag key list --home stack',
    'rag key list --json',
  ]);
  handle(show, app, exit, async (run) => {
    const keys = await (await accountsDoor(run)).keys();
    const { accounts: say } = run.say;
    const lines = keys.map(
      ({ id, name, user, role, collections, expires, revoked }) =>
        `${id}  ${name}  ${user}  ${role}  ${collections?.join(', ') ?? say.all}  ${revoked ? say.revoked : say.until(expires)}`,
    );
    return { result: { keys }, text: lines.join('\n') };
  });

  const revoke = verb('revoke', 'end a key, within seconds', [
    'rag key revoke ID --home stack',
    'rag key revoke ID --json',
  ]).argument('<id>', 'as rag key list shows it');
  handle(revoke, app, exit, async (run, _options, id) => {
    const revoked = await (await accountsDoor(run)).revokeKey(id!);
    return { result: { revoked }, text: `${revoked.name}: ${run.say.accounts.revoked}` };
  });

  for (const one of [create, show, revoke]) group.addCommand(one);
  return group;
}
