import type { Generator } from '../models/models.ts';
import type { Deps } from './call.ts';

/** About what a model would count: four Latin letters a token, and each Han character one. */
export function tokensIn(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return han + Math.ceil((text.length - han) / 4);
}

/** The model that answers, its tokens counted and priced; undefined where answers are extracted. */
export async function meteredGenerator({ context, counted }: Deps): Promise<Generator | undefined> {
  const generator = await context.generator();
  if (generator === undefined) return undefined;
  const [prompt = 0, answer = prompt] = context.config.values.LLM_PRICE;
  const count = (tokens: number, price: number) => {
    counted('tokens', tokens);
    counted('dollars', (tokens * price) / 1e6);
  };
  return {
    ...generator,
    async *generate(messages, signal) {
      count(
        messages.reduce((sum, { content }) => sum + tokensIn(content), 0),
        prompt,
      );
      let text = '';
      try {
        for await (const piece of generator.generate(messages, signal)) {
          text += piece;
          yield piece;
        }
      } finally {
        // What was cancelled was paid for, too.
        count(tokensIn(text), answer);
      }
    },
  };
}
