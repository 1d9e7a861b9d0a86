import { Argument, type Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'pwsh'] as const;

export function completionCommand(app: App, exit: Exit): Command {
  const command = verb('completion', 'print a completion script for your shell', [
    'rag completion bash > ~/.local/share/bash-completion/completions/rag',
    'rag completion zsh > ~/.zfunc/_rag',
  ]).addArgument(new Argument('<shell>', 'which shell').choices(SHELLS));
  return handle(command, app, exit, async (_run, _options, shell) => {
    const verbs = command.parent!.commands.map((verb) => ({
      name: verb.name(),
      about: verb.description(),
      flags: verb.options.flatMap((option) => [option.long, option.short].filter((flag) => flag !== undefined)),
    }));
    const text = SCRIPTS[shell as (typeof SHELLS)[number]](verbs);
    return { result: { shell, script: text }, text };
  });
}

interface Verb {
  name: string;
  about: string;
  flags: string[];
}

const SCRIPTS: Record<(typeof SHELLS)[number], (verbs: Verb[]) => string> = {
  bash: (verbs) => `_rag() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map((verb) => verb.name).join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${verbs.map((verb) => `    ${verb.name}) flags="${verb.flags.join(' ')}" ;;`).join('\n')}
    *) flags="" ;;
  esac
  if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _rag rag
`,
  zsh: (verbs) => `#compdef rag
_rag() {
  local -a verbs
  verbs=(
${verbs.map((verb) => `    '${verb.name}:${verb.about.replace(/'/g, '’')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe 'verb' verbs; return; fi
  case "$words[2]" in
${verbs.map((verb) => `    ${verb.name}) compadd -- ${verb.flags.join(' ')} ;;`).join('\n')}
  esac
  _files
}
compdef _rag rag
`,
  fish: (verbs) =>
    `complete -c rag -n __fish_use_subcommand -f\n${verbs
      .map((verb) =>
        [
          `complete -c rag -n __fish_use_subcommand -a ${verb.name} -d '${verb.about.replace(/'/g, "\\'")}'`,
          ...verb.flags
            .filter((flag) => flag.startsWith('--'))
            .map((flag) => `complete -c rag -n '__fish_seen_subcommand_from ${verb.name}' -l ${flag.slice(2)}`),
        ].join('\n'),
      )
      .join('\n')}\n`,
  pwsh: (verbs) => `Register-ArgumentCompleter -Native -CommandName rag -ScriptBlock {
  param($word, $ast, $position)
  $flags = @{
${verbs.map((verb) => `    '${verb.name}' = @(${verb.flags.map((flag) => `'${flag}'`).join(', ')})`).join('\n')}
  }
  $words = $ast.CommandElements | ForEach-Object { $_.ToString() }
  $choices = if ($words.Count -le 1 -or ($words.Count -eq 2 -and $word)) { $flags.Keys } else { $flags[$words[1]] }
  $choices | Where-Object { $_ -like "$word*" } | Sort-Object | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
};
