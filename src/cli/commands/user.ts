import { Command, Option } from 'commander';
import { ROLES, type Role, type User } from '../../accounts/accounts.ts';
import { accountsDoor } from '../accounts.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { list } from '../options.ts';
import { newPassword } from '../signing.ts';
import { padded } from '../style.ts';

interface Rights {
  role?: Role;
  collection?: string[];
  allCollections?: boolean;
}

/** A user of the server home, in a line. */
export const userLine = (all: string, { name, role, collections, disabled }: User, width = 0): string =>
  `${padded(name, width)}  ${role.padEnd(6)}  ${collections?.join(', ') ?? all}${disabled ? '  (disabled)' : ''}`;

const roleOption = (fallback?: Role) => {
  const option = new Option('--role <role>', 'what the user may').choices(ROLES);
  return fallback === undefined ? option : option.default(fallback);
};

export function userCommand(app: App, exit: Exit): Command {
  const group = new Command('user').description('users of the server home: over HTTP, or in its database');
  const from = ['--password-file <file>', 'the password is in this file; otherwise typed, or from stdin'] as const;
  const named = (name: string, about: string, examples: string[]) =>
    verb(name, about, examples).argument('<name>', 'of the user');

  const add = named('add', 'a new user', [
    'rag user add mei --role editor --home stack',
    'rag user add jo --collection manuals --collection faq --password-file jo.txt --home stack',
  ])
    .addOption(roleOption('reader'))
    .option('--collection <name>', 'may see this collection (repeatable); without it all', list)
    .option(...from);
  handle<Rights & { passwordFile?: string }>(add, app, exit, async (run, options, name) => {
    const door = await accountsDoor(run);
    const password = await newPassword(run, options.passwordFile);
    const rights = { role: options.role!, collections: options.collection ?? null };
    const user = await door.addUser({ name: name!, password, ...rights });
    return { result: { user }, text: userLine(run.say.accounts.all, user) };
  });

  const show = verb('list', 'users and what they may', ['rag user list --home stack', 'rag user list --json']);
  handle(show, app, exit, async (run) => {
    const users = await (await accountsDoor(run)).users();
    const width = Math.max(0, ...users.map(({ name }) => name.length));
    return { result: { users }, text: users.map((user) => userLine(run.say.accounts.all, user, width)).join('\n') };
  });

  const change = named('change', 'what a user may; at once, also where signed in', [
    'rag user change mei --role admin --home stack',
    'rag user change jo --collection manuals --home stack',
  ])
    .addOption(roleOption())
    .option('--collection <name>', 'may see this collection and no other (repeatable)', list)
    .option('--all-collections', 'may see all');
  handle<Rights>(change, app, exit, async (run, { role, collection, allCollections }, name) => {
    const seen = allCollections ? { collections: null } : collection ? { collections: collection } : {};
    const user = await (await accountsDoor(run)).changeUser(name!, { ...(role ? { role } : {}), ...seen });
    return { result: { user }, text: userLine(run.say.accounts.all, user) };
  });

  const switched = (word: 'disable' | 'enable', about: string) => {
    const command = named(word, about, [`rag user ${word} mei --home stack`, `rag user ${word} mei --json`]);
    return handle(command, app, exit, async (run, _options, name) => {
      const user = await (await accountsDoor(run)).changeUser(name!, { disabled: word === 'disable' });
      return { result: { user }, text: userLine(run.say.accounts.all, user) };
    });
  };

  const passwd = named('passwd', 'a new password; ends all sessions of the user', [
    'rag user passwd mei --home stack',
    'RAG_STORE=server rag user passwd admin',
  ]).option(...from);
  handle<{ passwordFile?: string }>(passwd, app, exit, async (run, options, name) => {
    const door = await accountsDoor(run);
    const user = await door.changeUser(name!, { password: await newPassword(run, options.passwordFile) });
    return { result: { user }, text: userLine(run.say.accounts.all, user) };
  });

  const off = switched('disable', 'let a user in no more; sessions and keys end within seconds');
  for (const one of [add, show, change, off, switched('enable', 'let a user in again'), passwd]) group.addCommand(one);
  return group;
}
