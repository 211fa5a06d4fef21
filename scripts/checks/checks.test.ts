import { describe, expect, it } from 'vitest'
import { narrow } from './narrowing.mjs'
import { withDisplay } from './tools.mjs'
import { closingLine, judged, playwrightTotals, sum, vitestTotals } from './totals.mjs'

describe('which parts run', () => {
  it('all, or one with words for its tool', () => {
    expect(narrow([])).toEqual({ parts: ['static', 'unit', 'build', 'e2e'], rest: [] })
    expect(narrow(['static'])).toEqual({ parts: ['static'], rest: [] })
    expect(narrow(['unit', 'electron/engine', '-t', 'lock'])).toEqual({
      parts: ['unit'],
      rest: ['electron/engine', '-t', 'lock'],
    })
  })

  it('builds the window before driving it', () => {
    expect(narrow(['e2e', 'curate'])).toEqual({ parts: ['build', 'e2e'], rest: ['curate'] })
  })

  it('says what there is when a part is mistyped', () => {
    expect(narrow(['untit'])).toEqual({ usage: expect.stringContaining('static | unit | build | e2e') })
  })
})

describe('the totals', () => {
  const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [] }

  it('count tests, and a file that did not load as a failed one', () => {
    const broken = { status: 'failed', assertionResults: [] }
    const failed = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }
    expect(vitestTotals({ ...report, testResults: [broken, failed] })).toEqual({ passed: 3, failed: 2, skipped: 3 })
    expect(playwrightTotals({ stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 } })).toEqual({
      passed: 6,
      failed: 1,
      skipped: 2,
    })
  })

  it('hold a failure when the runner ended badly or left no report', () => {
    const good = { passed: 3, failed: 0, skipped: 0 }
    expect(judged(good, 0)).toEqual(good)
    expect(judged(good, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 })
    expect(judged({ passed: 3, failed: 2, skipped: 0 }, 1)).toEqual({ passed: 3, failed: 2, skipped: 0 })
    expect(judged(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('end in one line', () => {
    const line = closingLine(
      sum([
        { passed: 2, failed: 0, skipped: 1 },
        { passed: 1, failed: 1, skipped: 0 },
      ]),
    )
    expect(line).toBe('3 passed, 1 failed, 1 skipped')
  })
})

it('brings a display where there is none', () => {
  const tool = ['@playwright/test/cli.js', 'test']
  expect(withDisplay('/n', '/m', tool, true)).toEqual(['/n', '/m/@playwright/test/cli.js', 'test'])
  expect(withDisplay('/n', '/m', tool, false).slice(0, 2)).toEqual(['xvfb-run', '-a'])
})
