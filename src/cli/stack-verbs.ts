import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RagError } from '../errors.ts';
import { planDestroy } from '../ops/destroy.ts';
import { openFolder } from '../ops/folder.ts';
import { inspect } from '../ops/inspect.ts';
import { locked } from '../ops/lock.ts';
import { addressOf, planDown, planRestart, planScale } from '../ops/stack.ts';
import { type Row, statusOf } from '../ops/status.ts';
import { apply, type Step } from '../ops/step.ts';
import { planVendor } from '../ops/vendor.ts';
import type { Invocation, Outcome } from './app.ts';
import { ask } from './confirm.ts';
import { untilOpen } from './proving.ts';
import { setAside } from './set-aside.ts';
import { agreed, depsOf, folderOf, type Planning, shownPlan, type Where } from './stack-plan.ts';
import { stackWords } from './stack-words.ts';

export async function status(run: Invocation, options: Where & { deep?: boolean }): Promise<Outcome> {
  const { runner } = depsOf(run);
  const folder = openFolder(folderOf(run, options));
  const facts = await inspect(runner, folder);
  const services = statusOf(facts);
  const url = addressOf(folder, facts);
  const deep = options.deep ? await (await import('../ops/deep.ts')).deepStatus(runner, facts, url) : undefined;
  const bad = [
    ...services.filter(({ ok }) => !ok).map(({ service }) => service),
    ...(deep?.checks ?? []).filter(({ status }) => status !== 'ok').map(({ name }) => name),
  ];
  const words = stackWords(run.lang);
  const text = [
    table([words.columns, ...services.map((row) => cells(row, words.drift))]),
    ...(deep ? ['', table(deep.checks.map(({ name, status, detail }) => [status, name, detail]))] : []),
    ...(deep?.deadLetters.length ? ['', ...deep.deadLetters.map(setAside), words.retry] : []),
    ...(bad.length > 0 ? ['', words.degraded([...new Set(bad)].join(', '))] : []),
  ].join('\n');
  return {
    result: {
      ok: bad.length === 0,
      url,
      services,
      ...(deep ? { deep: deep.checks, queue: deep.queue, deadLetters: deep.deadLetters } : {}),
    },
    text,
    exit: bad.length > 0 ? 3 : 0,
  };
}

const cells = ({ container, service, state, health, restarts, image, drift }: Row, word: string) => [
  container || service,
  state,
  health,
  String(restarts),
  image,
  drift ? word : '',
];

function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export async function logs(
  run: Invocation,
  options: Where & { follow?: boolean; tail: number },
  ...services: string[]
): Promise<Outcome> {
  const { runner } = depsOf(run);
  const { path: cwd } = openFolder(folderOf(run, options));
  const argv = [
    'docker',
    'compose',
    'logs',
    '--no-color',
    '--tail',
    String(options.tail),
    ...(options.follow ? ['--follow'] : []),
    ...services,
  ];
  if (options.follow) {
    await runner.run(argv, { cwd, shown: true, signal: run.app.signal });
    return { stopped: true };
  }
  const { out, err } = await runner.run(argv, { cwd });
  return { result: { lines: out.split('\n').filter(Boolean) }, text: out || err };
}

/** Verbs that are a plan and nothing more; where there is a `url`, they end when it is open again. */
async function change(
  run: Invocation,
  options: Planning,
  verb: string,
  make: (path: string) => Promise<{ path: string; steps: Step[]; url?: string }>,
  done: string,
): Promise<Outcome> {
  const { path, steps, url } = await make(folderOf(run, options));
  if (options.plan) return shownPlan(run, steps);
  await agreed(run, steps);
  await locked(path, verb, () => apply(steps, depsOf(run).runner, run.io));
  if (url !== undefined) await untilOpen(url, run.io.signal);
  return { result: { done: true, steps: steps.map(({ title }) => title) }, text: done };
}

export function down(run: Invocation, options: Planning): Promise<Outcome> {
  return change(
    run,
    options,
    'stack down',
    async (path) => ({ path, steps: planDown(openFolder(path)) }),
    stackWords(run.lang).down,
  );
}

export async function restart(run: Invocation, options: Planning, ...services: string[]): Promise<Outcome> {
  const make = async (path: string) => {
    const folder = openFolder(path);
    const facts = await inspect(depsOf(run).runner, folder);
    return { path, steps: planRestart(folder, services, facts), url: addressOf(folder, facts) };
  };
  return change(run, options, 'stack restart', make, '');
}

export async function scale(run: Invocation, options: Planning, ...wanted: string[]): Promise<Outcome> {
  const counts = Object.fromEntries(wanted.map(replicas));
  const make = async (path: string) => {
    const folder = openFolder(path);
    const facts = await inspect(depsOf(run).runner, folder);
    return { path, steps: planScale(folder, facts, counts, readFileSync(join(path, '.env'), 'utf8')) };
  };
  return change(run, options, 'stack scale', make, '');
}

function replicas(word: string): [string, number] {
  const [, name, number] = /^([\w-]+)=(\d+)$/.exec(word) ?? [];
  if (name === undefined || Number(number) < 1)
    throw new RagError('usage', `${word}: say how many, at least one`, {
      hint: 'rag stack scale api=3',
      zh: `${word}：请给出数量，至少为一`,
    });
  return [name, Number(number)];
}

export async function vendor(run: Invocation, options: Planning & { file: string }): Promise<Outcome> {
  const file = resolve(run.app.cwd, options.file);
  const make = async (path: string) => ({
    path,
    steps: planVendor(await inspect(depsOf(run).runner, openFolder(path)), file),
  });
  return change(run, options, 'stack vendor', make, stackWords(run.lang).vendor(file));
}

export async function destroy(
  run: Invocation,
  options: Planning & { data: string; withoutBackup?: boolean },
): Promise<Outcome> {
  const path = folderOf(run, options);
  const facts = await inspect(depsOf(run).runner, openFolder(path));
  const steps = planDestroy(facts, options.data, options.withoutBackup === true);
  if (options.plan) return shownPlan(run, steps);
  const words = stackWords(run.lang);
  if (!run.options.yes) {
    if (!run.app.stdin.isTTY)
      throw new RagError(
        'refused',
        `deleting the data of ${facts.project} is asked about on a terminal, and here is none`,
        {
          hint: `rag stack destroy --data ${facts.project} --without-backup --yes`,
          zh: '删除数据需要在终端确认，此处没有终端',
        },
      );
    if ((await ask(run, words.typed(facts.project))) !== facts.project)
      throw new RagError('refused', run.say.declined, { zh: run.say.declined });
  }
  await locked(path, 'stack destroy', () => apply(steps, depsOf(run).runner, run.io));
  return { result: { done: true, steps: steps.map(({ title }) => title) }, text: words.destroyed(steps.length - 1) };
}
