import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { folder, put } from '../support/rag.ts';

async function home(): Promise<string> {
  const cwd = folder({
    'handbook.md': '# Handbook\n\nBackups are kept for 35 days.\n',
    '手册.md': '# 手册\n\n备份保留三十五天。\n',
  });
  await command(cwd, ['ingest', '.']);
  return cwd;
}
const environment = (cwd: string) => ({ PATH: process.env.PATH!, HOME: cwd, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9' });
const binary = resolve('bin/rag.js');

async function overStdio(cwd: string, ...args: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [binary, 'mcp', ...args], cwd, env: environment(cwd) }),
  );
  return client;
}
const call = async (client: Client, name: string, args: object) => {
  const result = await client.callTool({ name, arguments: args as Record<string, unknown> });
  // biome-ignore lint/suspicious/noExplicitAny: each tool answers in its own shape
  return result as { isError?: boolean; structuredContent?: any; content: { text: string }[] };
};

describe('rag mcp', () => {
  it('offers its tools and documents to the official client on stdio', async () => {
    const cwd = await home();
    const client = await overStdio(cwd);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(['list', 'query', 'read', 'search', 'why']);
    const found = await call(client, 'search', { text: 'backups', k: 1 });
    expect(found.structuredContent.hits).toEqual([expect.objectContaining({ rank: 1, source: 'handbook.md' })]);
    const answered = await call(client, 'query', { text: '备份保留多久？' });
    expect(answered.structuredContent.answer).toContain('三十五天');
    const read = await call(client, 'read', { source: 'handbook.md', from: 12 });
    expect(read.structuredContent.text).toBe('Backups are kept for 35 days.\n');
    expect((await call(client, 'list', {})).structuredContent.documents).toHaveLength(2);
    expect((await call(client, 'why', { text: 'backups', doc: 'none.md' })).structuredContent.stage).toBe('file');
    const missing = await call(client, 'read', { source: 'none.md' });
    expect([missing.isError, missing.content[0]!.text]).toEqual([true, 'no document none.md']);
    const { resources } = await client.listResources();
    expect(resources.map(({ name }) => name).sort()).toEqual(['handbook.md', '手册.md']);
    const { contents } = await client.readResource({ uri: resources.find(({ name }) => name === '手册.md')!.uri });
    expect(contents[0]).toMatchObject({ text: expect.stringContaining('三十五天') });
    await client.close();
  });

  it('ingests only where that is allowed, and only below the home', async () => {
    const cwd = await home();
    put(cwd, 'new.md', '# New\n\nThe zeppelin lands at noon.\n');
    const client = await overStdio(cwd, '--allow-ingest');
    expect((await call(client, 'ingest', { paths: ['new.md'] })).structuredContent).toMatchObject({ added: 1 });
    expect((await call(client, 'search', { text: 'zeppelin', k: 1 })).structuredContent.hits[0].source).toBe('new.md');
    for (const path of ['../x', '/etc'])
      expect((await call(client, 'ingest', { paths: [path] })).isError, path).toBe(true);
    await client.close();
  });

  it('speaks streamable HTTP to whoever has the token', async () => {
    const cwd = await home();
    const child = spawn(process.execPath, [binary, 'mcp', '--http', '--port', '0', '--json'], {
      cwd,
      env: environment(cwd),
    });
    const line = await new Promise<string>((done) => child.stdout.setEncoding('utf8').once('data', done));
    const { url, token } = JSON.parse(line) as { url: string; token: string };
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
    const client = new Client({ name: 'test', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }) as never);
    expect((await call(client, 'search', { text: 'backups', k: 1 })).structuredContent.hits).toHaveLength(1);
    await client.close();
    child.kill('SIGTERM');
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
  });
});
