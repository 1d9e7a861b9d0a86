import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import {
  EVAL_FOLDER,
  evaluateHome,
  keepQuestions,
  QUESTIONS,
  questionsIn,
  readHistory,
} from '../../pipeline/history.ts';
import { makeQuestions } from '../../pipeline/questions.ts';
import type { SearchInput } from '../../pipeline/search.ts';
import type { Io } from '../../types.ts';
import { type Call, ioOf, route, withSearch } from '../call.ts';
import { meteredGenerator } from '../metered.ts';
import { run, setResult, worse } from '../schemas.ts';
import { streamed, wantsStream } from '../sse.ts';

/** Runs shown, and questions made, at most. */
const RUNS = 100;
const COUNT = 200;
const K = 10;

const folderOf = ({ deps }: Call) => join(deps.context.root, EVAL_FOLDER);

export const evaluation = [
  route({
    ...{
      method: 'get',
      path: '/api/v1/eval',
      needs: 'admin',
      summary: 'What evaluations measured so far, oldest first',
    },
    result: z.object({ runs: z.array(run) }),
    handle: async (call) => ({ runs: (await readHistory(folderOf(call))).slice(-RUNS) }),
  }),
  route({
    ...{ method: 'post', path: '/api/v1/eval', needs: 'admin', audited: 'eval.run', stream: true },
    summary: 'Measure with the questions of rag eval init; makes some from the documents where there are none',
    body: z.object({
      mode: z.enum(['hybrid', 'lexical', 'vector']).default('hybrid'),
      stream: z.boolean().optional(),
    }),
    result: z.object({ sets: z.array(setResult), worse: z.array(worse) }),
    async handle(call) {
      const { mode } = call.body as { mode: SearchInput['mode'] };
      const folder = folderOf(call);
      const file = join(folder, QUESTIONS);
      const work = (io: Io) =>
        withSearch(call.deps, async (deps) => {
          if (!existsSync(file))
            await keepQuestions(file, await makeQuestions(deps.store, { count: COUNT, signal: io.signal }));
          const search = { k: K, mode, embedBudget: 0, explain: false };
          const input = { folder, questions: await questionsIn(file), search, noise: 0 };
          const all = { ...deps, generator: () => meteredGenerator(call.deps) };
          const { sets, worse } = await evaluateHome(all, input, io);
          return { sets, worse };
        });
      return wantsStream(call) ? streamed(call, work) : work(ioOf(call));
    },
  }),
];
