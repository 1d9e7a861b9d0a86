import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** What a hint may hold and still be a command alone. A hint with any other word is a sentence. */
const COMMANDS = new Set(
  `rag stack status logs scale destroy migrate database home ingest embed list model use diff mcp login user passwd key revoke
   ollama pull npm run build curl chmod secrets api nginx web`.split(/\s+/),
);

interface Cure {
  place: string;
  hint: string;
  zhHint: string | undefined;
}

/** Every object literal of a file whose `hint` is written out in it. */
function curesIn(file: string): Cure[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: Cure[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const hint = textOf(source, node, 'hint');
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      if (hint !== undefined)
        found.push({ place: `${file}:${line + 1}`, hint, zhHint: textOf(source, node, 'zhHint') });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A property's string or template, values as `{…}`; a choice as it is written; of anything else undefined. */
function textOf(source: ts.SourceFile, literal: ts.ObjectLiteralExpression, name: string): string | undefined {
  const property = literal.properties.find((one) => one.name?.getText(source) === name);
  const value = property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  if (value === undefined) return undefined;
  if (ts.isStringLiteralLike(value)) return value.text;
  if (ts.isConditionalExpression(value)) return value.getText(source);
  if (!ts.isTemplateExpression(value)) return undefined;
  return [value.head.text, ...value.templateSpans.map((span) => `{…}${span.literal.text}`)].join('');
}

const isCommand = (hint: string) => hint.split(/[\s;]+/).every((word) => !/^[a-z]+$/i.test(word) || isName(word));
const isName = (word: string) => COMMANDS.has(word) || /^[A-Z]+$/.test(word);

/** Flags, settings, files: what stays as it is in any language. */
const fixed = (text: string) =>
  (text.match(/--[a-z-]+|\b[A-Z][A-Z\d_]{2,}\b|\b[\w-]+\.(?:ya?ml|json|pem)\b/g) ?? []).sort();

const cures = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('web/'))
  .flatMap((name) => curesIn(`src/${name}`));

it('every hint that is more than a command is there in Chinese', () => {
  expect(cures.length).toBeGreaterThan(100);
  expect(cures.filter(({ hint, zhHint }) => zhHint === undefined && !isCommand(hint))).toEqual([]);
});

it('names the same flags, settings and files in both languages', () => {
  for (const { place, hint, zhHint } of cures)
    if (zhHint !== undefined) {
      expect(zhHint, place).toMatch(/\p{Script=Han}/u);
      expect(fixed(zhHint), place).toEqual(fixed(hint));
    }
});
