// tesseract.js behind the same two functions, for comparison.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MODELS = { en: 'eng', 'zh-Hans': 'chi_sim', 'zh-Hant': 'chi_tra' };

/** `folder`: where tesseract.js and @tesseract.js-data/* are installed. */
export async function tesseractEngine(folder) {
  const { createWorker } = createRequire(path.join(folder, 'package.json'))('tesseract.js');
  const langPath = mkdtempSync(path.join(tmpdir(), 'tesseract-'));
  for (const model of Object.values(MODELS)) {
    const dir = path.join(folder, 'node_modules/@tesseract.js-data', model);
    const best = readdirSync(dir).find((name) => name.endsWith('best_int')) ?? readdirSync(dir)[0];
    copyFileSync(path.join(dir, best, `${model}.traineddata.gz`), path.join(langPath, `${model}.traineddata.gz`));
  }
  const workers = {};
  const workerOf = async (models) =>
    (workers[models] ??= await createWorker(models, 1, { langPath, cacheMethod: 'none' }));
  return {
    async text(pixels, language) {
      const worker = await workerOf(MODELS[language]);
      return (await worker.recognize(pixels.png())).data.text;
    },
    async file(file) {
      const worker = await workerOf(Object.values(MODELS).join('+'));
      return worker.recognize(readFileSync(file)).then(({ data }) => data.text, String);
    },
    close: () => Promise.all(Object.values(workers).map((worker) => worker.terminate())),
  };
}
