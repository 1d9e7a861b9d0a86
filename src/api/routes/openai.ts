import { randomUUID } from 'node:crypto';
import { streamSSE } from 'hono/streaming';
import * as z from 'zod';
import { RagError } from '../../errors.ts';
import { answer } from '../../pipeline/answer.ts';
import { standalone } from '../../pipeline/followup.ts';
import type { Io } from '../../types.ts';
import { type Call, ioOf, route, withSearch } from '../call.ts';
import { meteredGenerator, tokensIn } from '../metered.ts';
import { anything } from '../schemas.ts';

/** The one model: this home, with whatever answers in it. */
const MODEL = 'rag';

const content = z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }).loose())]);
const message = z
  .object({ role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']), content: content.nullish() })
  .loose();

type Message = z.infer<typeof message>;

const textOf = ({ content }: Message) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');

/** Questions and answers of the conversation, and the question that is to be answered now. */
function conversation(messages: Message[]) {
  const question = messages.findLast(({ role }) => role === 'user');
  if (question === undefined || textOf(question).trim() === '')
    throw new RagError('usage', 'messages: no question of the user');
  const before = messages
    .slice(0, messages.lastIndexOf(question))
    .filter(({ role }) => role === 'user' || role === 'assistant');
  const history = before.flatMap((one, i) =>
    one.role === 'user'
      ? { question: textOf(one), answer: before[i + 1]?.role === 'assistant' ? textOf(before[i + 1]!) : '' }
      : [],
  );
  return { question: textOf(question), history };
}

async function complete(call: Call, io: Io) {
  const { question, history } = conversation(call.body.messages);
  const generator = await meteredGenerator(call.deps);
  return withSearch(call.deps, async (deps) => {
    call.deps.counted('queries', 1);
    const text = await standalone(question, history, generator, io.signal);
    const input = { text, k: 8, mode: 'hybrid' as const, embedBudget: 0, explain: false };
    return answer({ ...deps, generator: async () => generator }, input, io);
  });
}

export const openai = [
  route({
    ...{ method: 'get', path: '/v1/models', needs: 'reader', summary: 'OpenAI: models', result: anything },
    handle: async ({ deps }) => {
      const { id } = await deps.context.embedder('question');
      const model = (name: string) => ({ id: name, object: 'model', created: 0, owned_by: 'rag' });
      return { object: 'list', data: [model(MODEL), model(id)] };
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/v1/embeddings',
      needs: 'reader',
      summary: 'OpenAI: vectors of texts',
      result: anything,
    },
    body: z
      .object({
        input: z.union([z.string().min(1), z.array(z.string()).min(1).max(256)]),
        encoding_format: z.enum(['float', 'base64']).default('float'),
        input_type: z.enum(['query', 'passage']).default('passage'),
      })
      .loose(),
    async handle(call) {
      const { input, encoding_format: format, input_type: kind } = call.body;
      const texts: string[] = Array.isArray(input) ? input : [input];
      const embedder = await call.deps.context.embedder('question');
      const vectors = await embedder.embed(texts, kind, call.http.req.raw.signal);
      const total = texts.reduce((sum, text) => sum + tokensIn(text), 0);
      call.deps.counted('tokens', total);
      const encode = (vector: Float32Array) =>
        format === 'base64'
          ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
          : [...vector];
      return {
        ...{ object: 'list', model: embedder.id, usage: { prompt_tokens: total, total_tokens: total } },
        data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
      };
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/v1/chat/completions',
      needs: 'reader',
      summary: 'OpenAI: an answer from the documents; citations come beside it',
    },
    ...{
      body: z.object({ messages: z.array(message).min(1), stream: z.boolean().nullish() }).loose(),
      result: anything,
      stream: true,
    },
    async handle(call) {
      const base = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: MODEL };
      if (!call.body.stream) {
        const { answer: text, citations, unsupported } = await complete(call, ioOf(call));
        const prompt = (call.body.messages as Message[]).reduce((sum, one) => sum + tokensIn(textOf(one)), 0);
        const usage = {
          prompt_tokens: prompt,
          completion_tokens: tokensIn(text),
          total_tokens: prompt + tokensIn(text),
        };
        const choice = {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        };
        return { ...base, object: 'chat.completion', choices: [choice], usage, citations, unsupported };
      }
      return streamSSE(call.http, async (stream) => {
        const piece = (delta: object, finish: string | null, more: object = {}) =>
          stream.writeSSE({
            data: JSON.stringify({
              ...{ ...base, object: 'chat.completion.chunk', ...more },
              choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
            }),
          });
        await piece({ role: 'assistant', content: '' }, null);
        let last: Promise<void> = Promise.resolve();
        const io = ioOf(call, (event) => {
          if (event.type === 'token') last = last.then(() => piece({ content: event.text }, null));
        });
        const { citations, unsupported } = await complete(call, io);
        await last;
        await piece({}, 'stop', { citations, unsupported });
        await stream.writeSSE({ data: '[DONE]' });
      });
    },
  }),
];
