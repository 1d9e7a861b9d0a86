const WORDS: Record<string, string> = {
  markdown: 'md markdown mdown mkd mdx rmd qmd',
  text: 'txt text log srt vtt nfo',
  html: 'html htm xhtml',
  csv: 'csv',
  tsv: 'tsv tab',
  json: 'json geojson webmanifest',
  jsonl: 'jsonl ndjson',
  yaml: 'yaml yml',
  xml: 'xml xsl xsd svg rss atom plist',
  rst: 'rst',
  asciidoc: 'adoc asciidoc asc',
  org: 'org',
  tex: 'tex latex ltx sty cls',
  'code:python': 'py pyi pyw',
  'code:javascript': 'js mjs cjs jsx',
  'code:typescript': 'ts mts cts tsx',
  'code:vue': 'vue',
  'code:svelte': 'svelte',
  'code:java': 'java',
  'code:kotlin': 'kt kts',
  'code:scala': 'scala sc',
  'code:groovy': 'groovy gradle',
  'code:csharp': 'cs',
  'code:swift': 'swift',
  'code:dart': 'dart',
  'code:go': 'go',
  'code:rust': 'rs',
  'code:c': 'c h',
  'code:cpp': 'cpp cc cxx hpp hh hxx ino cu',
  'code:objective-c': 'm mm',
  'code:ruby': 'rb rake gemspec',
  'code:php': 'php',
  'code:perl': 'pl pm',
  'code:shell': 'sh bash zsh fish ksh',
  'code:powershell': 'ps1 psm1',
  'code:sql': 'sql ddl',
  'code:lua': 'lua',
  'code:r': 'r',
  'code:css': 'css',
  'code:scss': 'scss sass',
  'code:less': 'less',
  'code:elixir': 'ex exs',
  'code:haskell': 'hs',
  'code:make': 'mk mak',
  'code:other':
    'toml ini cfg conf properties env proto graphql gql tf hcl cmake bat cmd vim clj erl ml f f90 jl asm s zig nim v vhd diff patch',
};

const BY_EXTENSION = new Map(
  Object.entries(WORDS).flatMap(([type, words]) => words.split(' ').map((word) => [word, type] as const)),
);

const BY_NAME: Record<string, string> = {
  makefile: 'code:make',
  gnumakefile: 'code:make',
  dockerfile: 'code:other',
  jenkinsfile: 'code:groovy',
  gemfile: 'code:ruby',
  rakefile: 'code:ruby',
  'cmakelists.txt': 'code:other',
  readme: 'markdown',
};

/** The type of text a name's extension stands for. */
export const extensionType = (extension: string): string | undefined => BY_EXTENSION.get(extension);

/** The type a whole name stands for. */
export const nameType = (name: string): string | undefined => BY_NAME[name.split(/[/\\]/).pop()!.toLowerCase()];
