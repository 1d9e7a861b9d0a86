#!/usr/bin/env node
const run = () => require('../dist/rag.cjs').main(process);

/**
 * The plain search is one file of its own, with what V8 compiled of it at build time beside it (search.cache): another V8 refuses
 * that and compiles anew. What it does not do, it leaves to the others.
 */
function quick() {
  const { readFileSync } = require('node:fs');
  const { createRequire } = require('node:module');
  const { dirname, join } = require('node:path');
  const { Script, constants } = require('node:vm');
  const filename = join(dirname(__dirname), 'dist', 'search.cjs');
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'utf8')}\n})`;
  let cachedData;
  try {
    cachedData = readFileSync(join(dirname(filename), 'search.cache'));
  } catch {}
  const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new Script(source, { filename, cachedData, importModuleDynamically });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, dirname(filename));
  return { search: module.exports.quickSearch, script };
}

const finish = (code) => {
  process.exitCode = code;
};
if (require.main === module) {
  const answered = process.argv[2] === 'search' ? quick().search(process) : Promise.resolve(undefined);
  answered.then((code) => code ?? run()).then(finish);
}

module.exports = { quick };
