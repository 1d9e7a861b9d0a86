import { expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { folder } from '../support/rag.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { serving } from '../support/serving.ts';

it('counts what the answering model read and wrote, and what that costs', async () => {
  const cwd = folder({ 'handbook.md': '# Handbook\n\nBackups are kept for 35 days.\n' });
  await command(cwd, ['ingest', '.', '--no-embed']);
  const model = await scriptedServer([
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const delta = { content: 'Backups are kept for 35 days [1].' };
      response.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\ndata: [DONE]\n\n`);
    },
  ]);
  const settings = { OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'k', LLM_MODEL: 'm', LLM_PRICE: '1000,2000' };
  const server = await serving(cwd, settings);
  try {
    const headers = { authorization: `Bearer ${server.token}` };
    const body = JSON.stringify({ text: 'How long are backups kept?' });
    const answered = await fetch(`${server.url}/api/v1/query`, { method: 'POST', headers, body });
    expect(((await answered.json()) as { answer: string }).answer).toContain('35 days');
    const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)![1]);
    const prompt = JSON.stringify(model.asked[0]!.body.messages).length / 4;
    const answer = 9;
    expect(value('rag_tokens_total')).toBeGreaterThan(prompt * 0.8);
    expect(value('rag_dollars_total')).toBeCloseTo(
      (value('rag_tokens_total') - answer) / 1000 + (answer * 2000) / 1e6,
      6,
    );
  } finally {
    expect(await server.stop()).toBe(0);
    await model.close();
  }
});
