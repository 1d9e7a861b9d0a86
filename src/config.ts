import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { closest } from './closest.ts';
import { RagError } from './errors.ts';
import { envName, type Name, SETTINGS, type Setting, type Values } from './settings.ts';

export interface ConfigSources {
  cwd: string;
  env: Record<string, string | undefined>;
  /** `~`, for `~/.config/rag/config.yaml`. */
  userHome: string;
  /** `--config FILE`: instead of the nearest rag.yaml upward. */
  file?: string | undefined;
  /** Settings given as flags. */
  flags?: Partial<Record<Name, unknown>>;
}

export interface Config {
  values: Values;
  /** Where each value came from: `default`, `flag`, `environment`, or a file. */
  origins: Record<Name, string>;
  /** The rag.yaml in force. */
  file?: string;
}

interface Layer {
  origin: (name: string) => string;
  values: Record<string, unknown>;
}

/**
 * Flags > environment > `.env` > `rag.yaml` found upward > `~/.config/rag/config.yaml` > defaults.
 * Throws RagError('config') for an unknown key or a value that does not fit, naming where it stands.
 */
export function loadConfig(sources: ConfigSources): Config {
  const file = sources.file === undefined ? upward(sources.cwd, 'rag.yaml') : resolve(sources.cwd, sources.file);
  if (sources.file !== undefined && !existsSync(file!))
    throw new RagError('config', `${sources.file}: no such file`, {
      hint: 'rag init writes a commented rag.yaml',
      zh: `没有文件 ${sources.file}`,
      zhHint: 'rag init 会写出带注释的 rag.yaml',
    });
  const user = join(sources.userHome, '.config', 'rag', 'config.yaml');
  const dotenv = join(file === undefined ? sources.cwd : dirname(file), '.env');
  const layers: Layer[] = [
    { origin: () => 'flag', values: sources.flags ?? {} },
    { origin: (name) => `environment (${envName(name)})`, values: fromEnvironment(sources.env, sources.cwd) },
    ...(existsSync(dotenv) ? [envFile(dotenv)] : []),
    ...(file === undefined ? [] : [yamlFile(file)]),
    ...(existsSync(user) ? [yamlFile(user)] : []),
  ];
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const setting of SETTINGS) {
    const layer = layers.find((candidate) => candidate.values[setting.name] !== undefined);
    origins[setting.name] = layer?.origin(setting.name) ?? 'default';
    values[setting.name] = check(setting, layer?.values[setting.name], origins[setting.name]!);
  }
  return { values: values as Values, origins: origins as Config['origins'], ...(file === undefined ? {} : { file }) };
}

function check(setting: Setting, value: unknown, origin: string): unknown {
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const shown = setting.secret ? '[secret]' : JSON.stringify(value);
  const why = parsed.error.issues[0]?.message ?? 'not valid';
  throw new RagError('config', `${setting.name} = ${shown} (from ${origin}): ${why}`, {
    hint: `change it there; rag config ${setting.name} --origin shows what is in force`,
    zhHint: `请在该处修改；rag config ${setting.name} --origin 显示生效的值`,
    zh: `${setting.name} = ${shown}（来自 ${origin}）无效：${why}`,
  });
}

/** Empty variables and files count as unset, as compose writes them. `<NAME>_FILE` gives a secret's file. */
function fromEnvironment(env: Record<string, string | undefined>, base: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, secret } of SETTINGS) {
    const key = envName(name);
    if (env[key]) values[name] = env[key];
    const path = secret ? env[`${name}_FILE`] : undefined;
    if (!path || values[name] !== undefined) continue;
    try {
      values[name] = readFileSync(resolve(base, path), 'utf8').trimEnd() || undefined;
    } catch (error) {
      throw new RagError('config', `${name}_FILE = ${path}: ${(error as Error).message}`, { cause: error });
    }
  }
  return values;
}

function envFile(path: string): Layer {
  return { origin: () => path, values: fromEnvironment(parseEnv(readFileSync(path, 'utf8')), dirname(path)) };
}

function yamlFile(path: string): Layer {
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new RagError('config', `${path}: ${error.message.split('\n')[0]}`, { cause: error });
  }
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw new RagError('config', `${path}: must be a list of "key: value" lines`);
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parsed as object)) {
    const setting = SETTINGS.find((candidate) => candidate.name === key.toUpperCase());
    if (setting === undefined) throw unknownKey(path, key);
    if (setting.secret)
      throw new RagError('config', `${path}: ${key} is a secret and does not belong in a file that is shared`, {
        hint: `set ${setting.name} or ${setting.name}_FILE in the environment or in .env`,
        zh: `${path}：${key} 是机密，不应写在共享的文件中`,
        zhHint: `请在环境变量或 .env 中设置 ${setting.name} 或 ${setting.name}_FILE`,
      });
    values[setting.name] = value ?? undefined;
  }
  return { origin: () => path, values };
}

function unknownKey(path: string, key: string): RagError {
  const near = closest(
    key.toUpperCase(),
    SETTINGS.map((setting) => setting.name),
  );
  return new RagError('config', `${path}: unknown key "${key}"`, {
    ...(near === undefined
      ? { hint: 'rag config lists all keys', zhHint: 'rag config 列出所有键' }
      : { hint: `did you mean ${near.toLowerCase()}?`, zhHint: `您是否想用 ${near.toLowerCase()}？` }),
    zh: `${path}：未知的键 "${key}"`,
  });
}

function upward(from: string, name: string): string | undefined {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, name))) return join(dir, name);
    if (dirname(dir) === dir) return undefined;
  }
}
