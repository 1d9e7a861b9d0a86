export interface Definition {
  indent: number;
  name: string;
}

const MODIFIERS =
  '(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|override|sealed|partial|open|data|inline|virtual|readonly|extern|unsafe|const|pub(?:\\([^)]*\\))?|suspend)\\s+)*';

/** What begins a function, class or the like, by language; group 1 is the name. */
const PATTERNS: Record<string, RegExp[]> = {
  python: [/^\s*(?:async\s+)?(?:def|class)\s+(\w+)/],
  ruby: [/^\s*(?:def|class|module)\s+([\w.:?!]+)/],
  go: [/^func\s+(?:\([^)]*\)\s*)?(\w+)/, /^type\s+(\w+)/],
  rust: [
    new RegExp(`^\\s*${MODIFIERS}(?:fn|struct|enum|trait|mod|union|macro_rules!)\\s+(\\w+)`),
    /^\s*(?:unsafe\s+)?impl\b\s*(?:<[^>]*>\s*)?([\w:<>, ]+?)\s*(?:where|\{|$)/,
  ],
  javascript: [
    new RegExp(`^\\s*${MODIFIERS}(?:function\\*?|class|interface|enum|namespace)\\s+([\\w$]+)`),
    /^(?:export\s+)?(?:const|let|var|type)\s+([\w$]+)[^=]*=\s*(?:async\s*)?(?:function|\(|[\w$]+\s*=>|\{|<)/,
    /^(?: {2}| {4}|\t)(?:(?:public|private|protected|static|async|override|get|set|readonly)\s+)*(?!if|for|while|switch|catch|return|function|await|new|throw)([\w$#]+)\s*(?:<[^>]*>)?\([^;]*\)\s*(?::[^;{]+)?\{\s*$/,
  ],
  java: [
    new RegExp(
      `^\\s*${MODIFIERS}(?:class|interface|enum|record|@interface|struct|namespace|object|trait|fun|def|func|protocol|extension)\\s+([\\w.]+)`,
    ),
    /^(?: {2}| {4}|\t)(?:(?:public|private|protected|internal|static|final|abstract|async|override|virtual|synchronized)\s+)+[\w<>[\],.? ]+\s+(\w+)\s*\(/,
  ],
  c: [
    /^(?:typedef\s+)?(?:struct|class|enum|union|namespace)\s+(\w+)[^;]*$/,
    /^(?![\s#}]|return|else|if|for|while|switch|typedef)[\w:<>,*&~ ]+?[\s*&]((?:\w+::)*~?\w+)\s*\([^;]*$/,
    /^#define\s+(\w+)\(/,
  ],
  php: [new RegExp(`^\\s*${MODIFIERS}(?:function|class|interface|trait|enum)\\s+&?(\\w+)`)],
  shell: [/^\s*(?:function\s+)?([\w-]+)\s*\(\)\s*\{?/, /^\s*function\s+([\w-]+)/],
  sql: [
    /^\s*create\s+(?:or\s+replace\s+)?(?:temp\w*\s+|unique\s+|materialized\s+)?(?:table|view|index|function|procedure|trigger|type)\s+(?:if\s+not\s+exists\s+)?([\w."]+)/i,
  ],
  lua: [/^\s*(?:local\s+)?function\s+([\w.:]+)/],
  r: [/^\s*([\w.]+)\s*(?:<-|=)\s*function\b/],
  css: [/^([^\s@{}/][^{}]*?)\s*\{/, /^(@[\w-]+[^{};]*?)\s*\{/],
  make: [/^([\w./%-]+(?:\s+[\w./%-]+)*)\s*:(?!=)/],
  elixir: [/^\s*(?:defmodule|defp?|defmacro)\s+([\w.?!]+)/],
  haskell: [/^(?:data|newtype|class|type|instance)\s+(\w+)/, /^(\w+)\s*::/],
};

const FAMILY: Record<string, string> = {
  typescript: 'javascript',
  vue: 'javascript',
  svelte: 'javascript',
  kotlin: 'java',
  csharp: 'java',
  scala: 'java',
  swift: 'java',
  dart: 'java',
  groovy: 'java',
  cpp: 'c',
  'objective-c': 'c',
  perl: 'php',
  scss: 'css',
  less: 'css',
};

/** The definition that starts on this line, if one does. */
export function definitionOf(language: string, line: string): Definition | undefined {
  if (line.length > 1_000) return undefined;
  for (const pattern of PATTERNS[FAMILY[language] ?? language] ?? []) {
    const name = pattern.exec(line.trimEnd())?.[1]?.trim();
    if (name) return { indent: /^\s*/.exec(line)![0].replaceAll('\t', '    ').length, name };
  }
  return undefined;
}

/** Comments, decorators and attributes belong to what follows them. */
export function leadsIn(line: string): boolean {
  return /^\s*(?:\/\/|#(?!include|define|if|endif|else|pragma)|--|\/\*|\*|@\w|"""|\[[A-Z]\w*)/.test(line);
}
