#!/usr/bin/env node
require('../dist/rag.cjs')
  .main(process)
  .then((code) => {
    process.exitCode = code;
  });
