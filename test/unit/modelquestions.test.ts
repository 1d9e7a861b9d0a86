import { afterEach, describe, expect, it } from 'vitest';
import { openOpenaiGenerator } from '../../src/models/openai.ts';
import { questionIn, questionsByModel } from '../../src/pipeline/modelquestions.ts';
import { type Asked, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const QUOTE = 'Backups are kept for 35 days in the cellar of the north wing.';

describe('questions by a model', () => {
  let server: ScriptedServer | undefined;
  afterEach(() => server?.close());

  it('takes the first line that is a question, without what models put around it', () => {
    expect(questionIn('Sure! Here it is:\n\n1. "For how long can old states be restored?"\n', QUOTE)).toBe(
      'For how long can old states be restored?',
    );
    expect(questionIn('**备份要保留多久？**', '备份保留三十五天。')).toBe('备份要保留多久？');
  });

  it('leaves out what is no question and what copies the passage', () => {
    expect(questionIn('Backups are kept for 35 days.', QUOTE)).toBeUndefined();
    expect(questionIn('Why?', QUOTE)).toBeUndefined();
    expect(questionIn('Who said that backups are kept for 35 days in the cellar?', QUOTE)).toBeUndefined();
  });

  it('asks once a passage, with the passage as data, and names the set by the language', async () => {
    server = await scriptedServer([
      (response, asked: Asked) => {
        const said = JSON.stringify(asked.body).includes('35 days') ? 'How old can a restored state be?' : '不知道';
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: said } }] })}\n\ndata: [DONE]\n\n`,
        );
      },
    ]);
    const generator = await openOpenaiGenerator({ baseUrl: `${server.url}/v1`, model: 'm', apiKey: 'k' });
    const passage = (quote: string) => ({ id: '', set: 'statement-en', question: 'x', source: 'a.md', quote });
    const io = { report() {}, signal: new AbortController().signal };
    const made = await questionsByModel(generator, [passage(QUOTE), passage('没有答案的一句话。')], io);
    expect(made).toEqual([
      expect.objectContaining({
        ...{ set: 'model-en', question: 'How old can a restored state be?', source: 'a.md', quote: QUOTE },
      }),
    ]);
    expect(server.asked).toHaveLength(2);
  });
});
