import * as z from 'zod';
import type { Route } from './call.ts';
import { problem } from './schemas.ts';

/** OpenAPI 3.1 of the routes, out of the schemas that check them. */
export function openapi(routes: Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { path, method, needs, summary, query, body, result, stream } of routes) {
    paths[path] ??= {};
    paths[path][method] = {
      summary,
      ...(needs === 'anyone'
        ? { description: 'Open to anyone.', security: [] }
        : { description: `Needs the role ${needs}, where there are accounts.` }),
      ...(query || path.includes('{') ? { parameters: [...inPath(path), ...(query ? parameters(query) : [])] } : {}),
      ...(body
        ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }
        : {}),
      responses: {
        200: {
          description: 'Done',
          content: {
            'application/json': { schema: schemaOf(result, 'output') },
            ...(stream ? { 'text/event-stream': { schema: { type: 'string' } } } : {}),
          },
        },
        default: {
          description: 'Not done',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'rag',
      version,
      description: 'Answers from your own documents, with citations that can be re-checked.',
    },
    security: [{ token: [] }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The server’s token, an access token, or an API key' },
      },
      schemas: { Problem: schemaOf(z.object({ error: problem }), 'output') },
    },
    paths,
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function inPath(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
}

function parameters(query: z.ZodObject): object[] {
  return Object.entries(query.shape).map(([name, schema]) => ({
    ...{ name, in: 'query', required: !(schema as z.ZodType).safeParse(undefined).success },
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
}

/** A page that needs nothing from elsewhere: the operations, what they take and what they give. */
export function docsPage(spec: object): string {
  const json = JSON.stringify(spec).replaceAll('<', '\\u003c');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>rag API</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}code,pre{font:13px/1.4 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8886}summary{cursor:pointer;padding:.4rem 0}b{display:inline-block;width:4.5rem}</style>
<h1>rag API</h1><p><a href="/openapi.json">openapi.json</a> · send <code>Authorization: Bearer TOKEN</code></p><main></main>
<script>
const spec=${json};const main=document.querySelector('main');const el=(name,text)=>{const e=document.createElement(name);e.textContent=text;return e};
for(const[path,methods]of Object.entries(spec.paths))for(const[method,op]of Object.entries(methods)){
const d=el('details','');const s=el('summary','');s.append(el('b',method.toUpperCase()),el('code',path),' '+op.summary);d.append(s,el('p',op.description));
const show=(title,value)=>value&&d.append(el('h4',title),el('pre',JSON.stringify(value,null,2)));
show('Query',op.parameters);show('Body',op.requestBody?.content['application/json'].schema);show('Result',op.responses[200].content['application/json'].schema);main.append(d)}
</script></html>`;
}
