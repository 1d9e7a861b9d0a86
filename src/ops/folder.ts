import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import * as z from 'zod';
import { RagError } from '../errors.ts';
import { parseDuration, parseSize } from '../units.ts';

/** What `rag stack` does beyond the compose files; what those leave open stands in .env. */
const MODEL = z.strictObject({
  /** Seconds until services must be healthy. */
  wait: z.union([z.string(), z.number()]).default('3m').transform(seconds),
  /** Below this nothing is begun. */
  free_disk: z.union([z.string(), z.number()]).default('2g').transform(bytes),
  /** Whether `up` ends with a real ingest and a real question. */
  prove: z.boolean().default(true),
});
export type Model = z.output<typeof MODEL>;

export interface Folder {
  path: string;
  project: string;
  /** Compose files in force, in order. */
  files: string[];
  /** .env as it stands. */
  env: Record<string, string>;
  model: Model;
}

export const MODEL_FILE = 'rag.stack.yaml';

/** A folder that `rag stack init` wrote. Throws RagError('not_found') where there is none, 'config' for a bad one. */
export function openFolder(path: string): Folder {
  const file = join(path, MODEL_FILE);
  if (!existsSync(file))
    throw new RagError('not_found', `${path} is no stack: it has no ${MODEL_FILE}`, {
      hint: 'rag stack init writes one here; or name the folder: --dir DIR',
      zhHint: 'rag stack init 可在此处创建；或用 --dir DIR 指定文件夹',
      zh: `${path} 不是 stack 文件夹：缺少 ${MODEL_FILE}`,
    });
  const env = existsSync(join(path, '.env')) ? parseEnv(readFileSync(join(path, '.env'), 'utf8')) : {};
  const parsed = MODEL.safeParse(read(file));
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    throw new RagError('config', `${file}: ${at.join('.') || 'the file'}: ${message}`, {
      hint: 'change it there',
      zh: `${file}：${at.join('.') || '文件'}：${message}`,
      zhHint: '请在该处修改',
    });
  }
  return {
    path,
    project: env.COMPOSE_PROJECT_NAME || 'rag',
    files: (env.COMPOSE_FILE || 'compose.yaml').split(/[:;]/),
    env: env as Record<string, string>,
    model: parsed.data,
  };
}

function read(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) ?? {};
  } catch (cause) {
    throw new RagError('config', `${file}: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

/** The text of .env with this variable set, in its place if it has one. */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}=${value}`;
  const own = new RegExp(`^#?[ \t]*${name}=.*$`, 'm');
  return own.test(text) ? text.replace(own, () => line) : `${text.replace(/\n*$/, '\n')}${line}\n`;
}

function seconds(value: string | number, context: z.RefinementCtx): number {
  const parsed = typeof value === 'number' ? value : parseDuration(value);
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'a time such as 90s or 3m' });
  return parsed ?? 0;
}

function bytes(value: string | number, context: z.RefinementCtx): number {
  const parsed = typeof value === 'number' ? value : parseSize(value);
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'a size such as 500m or 2g' });
  return parsed ?? 0;
}
