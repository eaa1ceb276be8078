/**
 * Prints `N passed, N failed` (and `, N skipped` when there are any) from the JSON report of vitest:
 * `node scripts/count-tests.ts REPORT.json`. A test file that failed before its first test counts as one failed
 * test, because the report does not count it as any. Prints nothing and ends with status 1 when no test ran.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: node scripts/count-tests.ts REPORT.json');
const report = Report.parse(JSON.parse(readFileSync(path, 'utf8')));
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
).length;
const passed = report.numPassedTests;
const failed = report.numFailedTests + brokenFiles;
const skipped = report.numPendingTests + report.numTodoTests;
if (passed + failed === 0) process.exitCode = 1;
else process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
