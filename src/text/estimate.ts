import { type Kernel, openKernel, RESULT } from './kernel.ts';

export interface Estimate {
  tokens: number;
  /** Of them in signs, digits and unbroken runs, where the estimate is least sure. */
  odd: number;
  /** Where the budget was used up, or the end given. */
  end: number;
}

let kernel: Kernel | undefined;
let result: Float64Array = new Float64Array();

/**
 * Model tokens of a text by its looks, many times as fast as counting them. Walks from `from` until `budget` is spent.
 * What a character costs (kernels/estimate.ts) is a least-squares fit against the built-in tokenizer over English and Chinese
 * prose, three manuals and source code. On pieces of 250 tokens the count is .75 to 1.48 times the estimate, .9 to 1.17 in nine of ten.
 */
export function estimate(text: string, from = 0, end = text.length, budget = Number.POSITIVE_INFINITY): Estimate {
  kernel ??= openKernel({ script: never, terms: never });
  const at = kernel.place(text);
  const stopped = kernel.run.estimate(at, from, end, budget);
  if (result.length === 0) result = kernel.f64(RESULT, 2);
  return { tokens: result[0]!, odd: result[1]!, end: stopped };
}

function never(): never {
  throw new Error('estimating asks nothing');
}
