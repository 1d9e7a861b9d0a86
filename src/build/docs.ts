import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../root.ts';
import { envName, type Group, SETTINGS, type Setting } from '../settings.ts';
import { apiTypes } from './api-types.ts';

const TITLES: Record<Group, { en: string; zh: string }> = {
  home: { en: 'Home', zh: '库' },
  models: { en: 'Models', zh: '模型' },
  limits: { en: 'Limits', zh: '限制' },
  storage: { en: 'Object storage (server home)', zh: '对象存储（服务器端）' },
  database: { en: 'Databases (server home)', zh: '数据库（服务器端）' },
  server: { en: 'Server', zh: '服务器' },
  secrets: {
    en: 'Secrets: from the environment, .env or a file named by <NAME>_FILE',
    zh: '密钥：来自环境变量、.env 或 <NAME>_FILE 所指文件',
  },
};

const GROUPS = Object.keys(TITLES) as Group[];

function shown({ fallback, name }: Setting): string {
  if (fallback === undefined) return '';
  if (name === 'MAX_FILE_SIZE') return '100mb';
  return Array.isArray(fallback) ? fallback.join(',') : String(fallback);
}

export function envExample(): string {
  const blocks = GROUPS.map((group) => {
    const lines = SETTINGS.filter((setting) => setting.group === group).flatMap((setting) => [
      `# ${setting.about}`,
      `#${envName(setting.name)}=${shown(setting)}`,
    ]);
    return [`## ${TITLES[group].en}`, ...lines].join('\n');
  });
  return `# Copy to .env and take away the # of what you want to change. Made from src/settings.ts by: npm run docs\n\n${blocks.join('\n\n')}\n`;
}

export function ragYaml(): string {
  const blocks = GROUPS.filter((group) => group !== 'secrets').map((group) => {
    const lines = SETTINGS.filter((setting) => setting.group === group).flatMap((setting) => [
      `# ${setting.about}`,
      `#${setting.name.toLowerCase()}: ${shown(setting)}`.trimEnd(),
    ]);
    return lines.join('\n');
  });
  return `# Settings of this home. Flags and environment variables win over this file; rag config --origin shows what is in force.\n# Secrets do not belong here: set them in the environment or in .env.\n\n${blocks.join('\n\n')}\n`;
}

/** The README's tables of settings. */
export function settingsTable(lang: 'en' | 'zh'): string {
  const head = lang === 'en' ? '| Variable | Default | Meaning |' : '| 变量 | 默认值 | 含义 |';
  const rows = GROUPS.map((group) => {
    const lines = SETTINGS.filter((setting) => setting.group === group).map(
      (setting) =>
        `| \`${envName(setting.name)}\` | ${shown(setting) === '' ? '' : `\`${shown(setting)}\``} | ${setting.about.replace(/\|/g, '\\|')} |`,
    );
    return `**${TITLES[group][lang]}**\n\n${head}\n|---|---|---|\n${lines.join('\n')}`;
  });
  return rows.join('\n\n');
}

const BEGIN = '<!-- settings: made from src/settings.ts by npm run docs -->';
const END = '<!-- /settings -->';

export function withTable(readme: string, lang: 'en' | 'zh'): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < 0) throw new Error(`the README has no "${BEGIN}" … "${END}"`);
  return `${readme.slice(0, from + BEGIN.length)}\n${settingsTable(lang)}\n${readme.slice(to)}`;
}

/** Every generated file with its present content and what it should be. */
export function generated(root = packageRoot()): { path: string; now: string; want: string }[] {
  // The first time there is nothing yet.
  const read = (name: string) => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '');
  const readmes = (
    [
      ['README.md', 'en'],
      ['README.zh.md', 'zh'],
    ] as const
  ).map(([path, lang]) => {
    const now = read(path);
    return { path, now, want: withTable(now, lang) };
  });
  return [
    { path: '.env.example', now: read('.env.example'), want: envExample() },
    { path: 'templates/rag.yaml', now: read('templates/rag.yaml'), want: ragYaml() },
    { path: 'src/web/api-types.ts', now: read('src/web/api-types.ts'), want: apiTypes() },
    ...readmes,
  ];
}

export function writeGenerated(root = packageRoot()): void {
  for (const { path, want } of generated(root)) writeFileSync(join(root, path), want);
}
