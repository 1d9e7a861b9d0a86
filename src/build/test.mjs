// `npm test`: makes a fresh clone ready, runs all tests, and ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
  // A file that cannot be loaded, or fails before or after its tests, counts as a failure.
  const fails = ({ status }) => status === 'failed';
  const broken = testResults.filter((file) => fails(file) && !file.assertionResults.some(fails)).length;
  let failed = numFailedTests + broken;
  // Once more at the end, where the rest of a long run has not scrolled it away; `.ci/run` collects these lines.
  for (const { name, message, assertionResults } of testResults.filter(fails)) {
    const tests = assertionResults.filter(fails);
    const reasons = tests.length > 0 ? tests.map((test) => [test.fullName, test.failureMessages[0]]) : [['', message]];
    for (const [test, reason = ''] of reasons) {
      console.log(`FAILED: ${relative(root, name)} ${test}`);
      console.log(reason.split('\n').slice(0, 6).join('\n').replace(/^/gm, '  | '));
    }
  }
  if (code !== 0 && failed === 0) {
    failed = 1;
    console.log(`FAILED: vitest ended with ${code} although every test passed: an unhandled error is above`);
  }
  if (numPassedTests + failed === 0) code = 1;
  console.log(`${numPassedTests} passed, ${failed} failed, ${numTotalTests - numPassedTests - numFailedTests} skipped`);
} catch {
  console.log('0 passed, 1 failed');
  code ||= 1;
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = code;
