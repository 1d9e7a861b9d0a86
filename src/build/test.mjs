// `npm test`: makes a fresh clone ready, runs all tests, and ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ready, root } from './ready.mjs';

ready();
const folder = mkdtempSync(join(tmpdir(), 'rag-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
let code = status ?? 1;
try {
  const { numTotalTests, numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot even be loaded counts as a failure.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = numFailedTests + broken;
  if (numPassedTests + failed === 0) code = 1;
  console.log(`${numPassedTests} passed, ${failed} failed, ${numTotalTests - numPassedTests - numFailedTests} skipped`);
} catch {
  console.log('0 passed, 1 failed');
  code ||= 1;
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = code;
