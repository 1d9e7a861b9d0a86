import * as z from 'zod';
import { ROUTES } from '../api/routes.ts';
import * as schemas from '../api/schemas.ts';

/** What the web page knows of the API: TypeScript made from the schemas that check it. */

interface Json {
  type?: string;
  properties?: Record<string, Json>;
  required?: string[];
  items?: Json;
  prefixItems?: Json[];
  additionalProperties?: Json | boolean;
  anyOf?: Json[];
  oneOf?: Json[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
}

const json = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
/** The same for equal shapes, whatever is said about them. */
const key = ({ $schema: _, description: __, ...rest }: Json & { $schema?: string }) => JSON.stringify(rest);

/** Schemas with a name of their own; elsewhere they are named, not repeated. */
const NAMES = new Map<string, string>();

function typeOf(schema: Json, indent: string, named = true): string {
  const name = named ? NAMES.get(key(schema)) : undefined;
  if (name) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => `'${one}'`).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((one) => typeOf(one, indent)).join(' | ');
  if (schema.prefixItems) return `[${schema.prefixItems.map((one) => typeOf(one, indent)).join(', ')}]`;
  if (schema.type === 'array') {
    const item = typeOf(schema.items ?? {}, indent);
    return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return objectOf(schema, indent);
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  return schema.type === 'string' || schema.type === 'boolean' ? schema.type : 'unknown';
}

function objectOf({ properties, required = [], additionalProperties }: Json, indent: string): string {
  const open = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
  if (properties === undefined || Object.keys(properties).length === 0) return `Record<string, ${open}>`;
  const deeper = `${indent}  `;
  const lines = Object.entries(properties).map(([name, one]) => {
    const about = one.description ? `${deeper}/** ${one.description} */\n` : '';
    return `${about}${deeper}${name}${required.includes(name) ? '' : '?'}: ${typeOf(one, deeper)};`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** The file src/web/api-types.ts. */
export function apiTypes(): string {
  const own = Object.entries(schemas)
    .filter(([name]) => name !== 'anything' && name !== 'question')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const shapes = own.map(([name, schema]) => ({
    title: name[0]!.toUpperCase() + name.slice(1),
    shape: json(schema, name === 'filter' ? 'input' : 'output'),
  }));
  for (const { title, shape } of shapes) NAMES.set(key(shape), title);
  const declared = shapes.map(({ title, shape }) => {
    const text = typeOf(shape, '', false);
    return text.startsWith('{') && shape.type === 'object'
      ? `export interface ${title} ${text}`
      : `export type ${title} = ${text};`;
  });
  const routes = ROUTES.filter(({ path }) => path.startsWith('/api/')).map(({ method, path, query, body, result }) => {
    const parts = [
      ...(query ? [`    query: ${typeOf(json(query, 'input'), '    ')};`] : []),
      ...(body ? [`    body: ${typeOf(json(body, 'input'), '    ')};`] : []),
      `    result: ${typeOf(json(result, 'output'), '    ')};`,
    ];
    return `  '${method.toUpperCase()} ${path}': {\n${parts.join('\n')}\n  };`;
  });
  return [
    '// Made from src/api/schemas.ts and the routes by: npm run docs\n',
    ...declared.map((one) => `${one}\n`),
    `/** Operations, by method and path. */\nexport interface Routes {\n${routes.join('\n')}\n}\n`,
  ].join('\n');
}
