/** From the reports of the test runners to one line of totals. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/** @param {readonly Totals[]} all @returns {Totals} */
export const sum = (all) =>
  all.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )

/** @param {Totals} totals */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`

/** A check that is one test. @param {boolean} isGood @returns {Totals} */
export const single = (isGood) => ({ passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 })

/**
 * A runner that ended badly has failed at least once, whatever its report says or lacks: a suite that did not load, a
 * crashed worker, an error outside any test.
 * @param {Totals | undefined} counted undefined: it left no report
 * @param {number} code the runner's exit code
 * @returns {Totals}
 */
export function judged(counted, code) {
  const totals = counted ?? { passed: 0, failed: 0, skipped: 0 }
  const endedBadly = code !== 0 || counted === undefined
  return endedBadly && totals.failed === 0 ? { ...totals, failed: 1 } : totals
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} report of vitest
 * @returns {Totals}
 */
export function vitestTotals({ numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0, testResults }) {
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: numPassedTests,
    failed: numFailedTests + brokenFiles.length,
    skipped: numPendingTests + numTodoTests,
  }
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} report of Playwright
 * @returns {Totals}
 */
export const playwrightTotals = ({ stats }) => ({
  passed: stats.expected + stats.flaky,
  failed: stats.unexpected,
  skipped: stats.skipped,
})
