import { join } from 'node:path';
import { openGloss } from '../../src/models/builtin/gloss.ts';
import { openPieceCounter } from '../../src/models/builtin/piece-counter.ts';
import { openTokenizer } from '../../src/models/builtin/tokenizer.ts';
import { evaluate } from './retrieve.ts';
import { beirSet, type EvalSet, qaSet } from './sets.ts';
import { openVectors } from './vectors.ts';

export interface RunOptions {
  root: string;
  corpora: string;
  /** Of `qa`, `cross`, `scifact`. */
  kinds: string[];
  dense: boolean;
  cache: string;
  aimTokens?: number;
  average?: number;
}

function* setsOf({ corpora, kinds }: RunOptions): Generator<EvalSet> {
  const qa = (name: string): string => join(corpora, 'qa', name);
  if (kinds.includes('qa'))
    for (const name of ['cmrc2018-trial', 'drcd-dev', 'xquad-en-a', 'xquad-zh-a']) yield qaSet(qa(name));
  if (kinds.includes('cross')) {
    yield qaSet(qa('xquad-en-a'), qa('xquad-zh-a'));
    yield qaSet(qa('xquad-zh-a'), qa('xquad-en-a'));
  }
  if (kinds.includes('scifact')) yield beirSet(join(corpora, 'ir', 'scifact'));
}

/** Prints one line a set: nDCG@10 and recall@10 of each mode. */
export async function run(options: RunOptions): Promise<void> {
  const pieces = join(options.root, 'dist/models/e5tok.bin');
  const tokenizer = openTokenizer(pieces);
  const countTokens = openPieceCounter(pieces);
  const model = join(options.root, 'models/multilingual-e5-small-zh-en-int8/model.onnx');
  const vectors = options.dense ? openVectors(model, tokenizer, options.cache) : undefined;
  const gloss = openGloss(join(options.root, 'dist/models/gloss.bin'));
  for (const set of setsOf(options)) {
    const scores = await evaluate(set, {
      countTokens,
      expand: (question) => gloss.expand(question),
      ...(vectors && { vectors }),
      ...(options.aimTokens && { aimTokens: options.aimTokens }),
      ...(options.average && { average: options.average }),
    });
    const modes = Object.keys(scores.ndcg).map(
      (mode) => `${mode} ${scores.ndcg[mode]!.toFixed(4)}/${scores.recall[mode]!.toFixed(3)}`,
    );
    console.log(
      `${set.name} (${scores.chunks} chunks, average ${scores.averageLength.toFixed(0)} terms): ${modes.join('  ')}`,
    );
  }
  gloss.close();
}
